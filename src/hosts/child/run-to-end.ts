import type {Readable} from 'node:stream';
import {setImmediate as nextTurn, setTimeout as sleep} from 'node:timers/promises';
import type {Child, RunOptions, RunResult} from '../host.js';
import {HostError} from '../host-error.js';

const DEFAULT_MAX_OUTPUT_BYTES = 1_048_576;
/** After the end somebody else may hold the output open; once it is silent for so long, nothing of the child's is left. */
const SILENCE_MS = 1000;

/** Feeds a child, reads it to its end and disposes of it; the second half of Host.run. */
export async function runToEnd(child: Child, options: RunOptions, describe: string): Promise<RunResult> {
  await using running = child;
  const over = new AbortController();
  try {
    running.stdin.end(options.input ?? '');
    return await Promise.race([
      readToEnd(running, options.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES, describe),
      failAfter(options.timeoutMs, describe, over.signal),
    ]);
  } finally {
    over.abort();
  }
}

async function failAfter(timeoutMs: number | undefined, describe: string, over: AbortSignal): Promise<never> {
  if (timeoutMs === undefined) return await new Promise<never>(() => {});
  await sleep(timeoutMs, undefined, {signal: over});
  throw new HostError('timed-out', `${describe} did not end within ${timeoutMs / 1000} s`);
}

async function readToEnd(child: Child, maxBytes: number, describe: string): Promise<RunResult> {
  const output = new BoundedOutput(child.stdout, maxBytes);
  const end = await Promise.race([child.ended, output.full]);
  if (end !== undefined) {
    const failure = await child.diagnose();
    if (failure !== undefined) throw failure;
    await output.settle();
  }
  if (output.isFull) {
    throw new HostError('output-too-long', `${describe} wrote more than ${maxBytes} bytes to its standard output`);
  }
  if (end?.kind !== 'exit') throw new Error(`${describe}: nobody told why there is no status`);
  return {status: end.status, stdout: output.text(), stderr: child.errorTail().join('\n')};
}

class BoundedOutput {
  /** Resolves when there is too much. */
  readonly full: Promise<undefined>;
  readonly #reading: Promise<void>;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #isFull = false;

  constructor(stream: Readable, maxBytes: number) {
    this.#reading = this.#read(stream, maxBytes);
    this.full = new Promise((resolve) => {
      // A stream that fails tells nothing here; settle() does.
      void this.#reading.then(
        () => this.#isFull && resolve(undefined),
        () => {},
      );
    });
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  /** Waits, after the child's end, for the end of its output or for silence. */
  async settle(): Promise<void> {
    const reading = this.#reading.then(() => 'over' as const);
    let bytesBefore: number;
    do {
      bytesBefore = this.#bytes;
      if ((await Promise.race([reading, silence()])) === 'over') return;
    } while (this.#bytes > bytesBefore);
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }

  async #read(stream: Readable, maxBytes: number): Promise<void> {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      this.#bytes += chunk.length;
      this.#isFull = this.#bytes > maxBytes;
      if (this.#isFull) return;
      this.#chunks.push(chunk);
    }
  }
}

async function silence(): Promise<'silent'> {
  await sleep(SILENCE_MS, undefined, {ref: false});
  // Where this process was kept from running, the timer passes before what has arrived is read.
  await nextTurn();
  await nextTurn();
  return 'silent';
}
