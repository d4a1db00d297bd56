import {Writable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import {execa} from 'execa';
import {debugStory} from '../log.js';
import {signalChild} from '../signal-child.js';
import {checkStart} from './check-start.js';
import {ChildEnding} from './child/child-ending.js';
import {ErrorTail} from './child/error-tail.js';
import {openInputFile} from './child/input-file.js';
import {ProcessTree} from './child/process-tree.js';
import type {ChildEnd} from './host.js';

const tell = debugStory('hosts:detached');

/** Becomes the program when it is told to; ends without it when this process is gone. */
const GATE = ['/bin/sh', '-c', 'read -r go <&3 && exec "$@" 3<&-', 'bdsync-manager-gate'];

/** After the end, for what the program itself wrote to arrive. */
const OUTPUT_GRACE_MS = 300;

export interface DetachedRequest {
  readonly words: readonly string[];
  /** Added to our own. */
  readonly environment: Readonly<Record<string, string>>;
  /** Standard input; empty when undefined. */
  readonly input?: string | undefined;
  /** 0: no limit. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly describe: string;
  /** Gets the process that leads a group and a session of its own, before the program itself begins. */
  readonly onStart?: (pid: number) => Promise<void>;
}

export interface DetachedResult {
  readonly end: ChildEnd | {readonly kind: 'timed-out'};
  /** The last lines of standard output and standard error, as they came. */
  readonly lines: readonly string[];
}

/**
 * Runs a program of the user's own on this machine to its end. It has a session of its own, so that a signal from a
 * terminal does not reach it; it outlives this process; and what it leaves running in the background goes on (to hold
 * a lock, say). Only a time-out and an abort end it, with all that it started.
 *
 * @throws HostError for what precedes the start.
 */
export async function runDetached(request: DetachedRequest): Promise<DetachedResult> {
  const {words, environment, timeoutMs, signal, describe, onStart} = request;
  checkStart(words, signal, describe);
  await using input = request.input === undefined ? undefined : await openInputFile(request.input, {signal});
  const [file = '', ...args] = onStart === undefined ? words : [...GATE, ...words];
  tell('start %s: %o', describe, words);
  const subprocess = execa(file, args, {
    stdio: [
      isDescriptor(input?.fd) ? input.fd : 'ignore',
      'pipe',
      'pipe',
      ...(onStart === undefined ? [] : (['pipe'] as const)),
    ],
    buffer: false,
    encoding: 'buffer',
    reject: false,
    verbose: 'none',
    cleanup: false,
    detached: true,
    env: environment,
  });
  const tree = subprocess.pid === undefined ? undefined : new ProcessTree(subprocess.pid);
  const ending = new ChildEnding(subprocess, subprocess, signal);
  const output = new MergedOutput([subprocess.stdout, subprocess.stderr]);
  if (subprocess.pid !== undefined) await onStart?.(subprocess.pid);
  openGate(subprocess.stdio);
  const over = new AbortController();
  const end = await Promise.race([ending.first, timeOut(timeoutMs, over.signal)]);
  over.abort();
  if (end.kind === 'timed-out' || end.kind === 'aborted') {
    await tree?.end();
    // Also when the walk saw nothing: a dead child is not sent anything.
    signalChild(subprocess, 'SIGKILL');
  }
  await output.settle();
  // Whoever is left in the background may still write to us, and is not to keep us.
  subprocess.unref();
  tell('%s: %o', describe, end);
  return {end, lines: output.lines()};
}

/** Any will do; execa's types know the first few. */
function isDescriptor(number: number | undefined): number is 3 {
  return number !== undefined;
}

/** execa's types do not know of a fourth stream. */
function openGate(stdio: readonly unknown[]): void {
  const gate = stdio[3];
  if (!(gate instanceof Writable)) return;
  gate.on('error', () => {});
  gate.end('go\n');
}

async function timeOut(timeoutMs: number, over: AbortSignal): Promise<{readonly kind: 'timed-out'}> {
  if (timeoutMs === 0) return await new Promise<never>(() => {});
  await sleep(timeoutMs, undefined, {signal: over}).catch(() => {});
  return {kind: 'timed-out'};
}

type Output = NodeJS.ReadableStream & {unref?: () => void};

/** Lines of several streams in the order in which they came, however much it is. */
class MergedOutput {
  readonly #merged = new ErrorTail();
  readonly #streams: readonly Output[];
  readonly #ended: Promise<unknown>;

  constructor(streams: readonly Output[]) {
    this.#streams = streams;
    this.#ended = Promise.all(streams.map((stream) => this.#follow(stream)));
  }

  async settle(): Promise<void> {
    await Promise.race([this.#ended, sleep(OUTPUT_GRACE_MS)]);
    for (const stream of this.#streams) stream.unref?.();
  }

  lines(): string[] {
    return this.#merged.lines();
  }

  async #follow(stream: Output): Promise<void> {
    const tail = new ErrorTail((line) => {
      this.#merged.push(Buffer.from(`${line}\n`));
      return true;
    });
    await new Promise<void>((resolve) => {
      stream.on('data', (bytes: Buffer) => tail.push(bytes));
      stream.on('error', () => resolve());
      stream.on('close', () => resolve());
    });
    tail.end();
  }
}
