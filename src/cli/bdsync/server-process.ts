import {type ChildProcessByStdio, spawn} from 'node:child_process';
import type {Readable, Writable} from 'node:stream';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ByteChannel} from '../../bdsync/conversation/byte-channel.js';
import {BdsyncError} from '../../bdsync/errors.js';
import {codeOf, messageOf} from '../../errors.js';
import {hasTerminal} from '../../terminal.js';
import {RemoteErrorLines} from './remote-error-lines.js';

export type ServerEnd =
  | {readonly kind: 'exit'; readonly status: number}
  | {readonly kind: 'signal'; readonly name: NodeJS.Signals}
  | {readonly kind: 'not-started'; readonly error: BdsyncError};

/** Between TERM and KILL. */
const KILL_GRACE_MS = 1500;
/** Who outlives the server may hold its standard error open; what the server itself wrote is there by then. */
const ERROR_LINES_GRACE_MS = 300;

/** The process that REMSHCMD starts, with the protocol on its standard input and output. */
export class ServerProcess implements AsyncDisposable {
  /** Never rejects. */
  readonly ended: Promise<ServerEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #leadsGroup: boolean;
  readonly #errorLinesRead: Promise<void>;
  #hasEnded = false;

  /**
   * Starts the program. `onErrorLine` gets each line of its standard error, and the next one when it resolves.
   *
   * @throws BdsyncError 'process' when it is clear at once that it cannot be started.
   */
  constructor([program, ...words]: [string, ...string[]], onErrorLine: (line: string) => Promise<void>) {
    // Without a terminal, the server leads a group that can be ended as a whole; on one it stays in our session, where
    // an ssh can ask for a password.
    this.#leadsGroup = !hasTerminal();
    try {
      this.#child = spawn(program, words, {stdio: ['pipe', 'pipe', 'pipe'], detached: this.#leadsGroup});
    } catch (error) {
      throw startError(program, error);
    }
    const child = this.#child;
    // Without a listener, Node throws away what nobody has read when the process ends.
    child.stdout.on('readable', leaveUnread);
    this.ended = new Promise<ServerEnd>((resolve) => {
      child.once('error', (error) => resolve({kind: 'not-started', error: startError(program, error)}));
      child.once('exit', (status, name) => {
        resolve(name === null ? {kind: 'exit', status: status ?? 0} : {kind: 'signal', name});
      });
    }).finally(() => {
      this.#hasEnded = true;
    });
    this.#errorLinesRead = forwardLines(child.stderr, onErrorLine);
  }

  /** To be read from the same tick on. */
  takeChannel(): ByteChannel {
    const {stdout, stdin} = this.#child;
    stdout.off('readable', leaveUnread);
    return {input: stdout, output: stdin};
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  /** What it ended with, its last words told; undefined when it still runs after `patienceMs`. */
  async endWithin(patienceMs: number): Promise<ServerEnd | undefined> {
    const end = await within(patienceMs, this.ended);
    if (end) await within(ERROR_LINES_GRACE_MS, this.#errorLinesRead);
    return end;
  }

  /** Ends it if it still runs. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.destroy();
    if (!this.#hasEnded) {
      this.#signal('SIGTERM');
      if (!(await within(KILL_GRACE_MS, this.ended))) {
        this.#signal('SIGKILL');
        await within(KILL_GRACE_MS, this.ended);
      }
    }
    await within(ERROR_LINES_GRACE_MS, this.#errorLinesRead);
    this.#child.stdout.destroy();
    this.#child.stderr.destroy();
  }

  #signal(name: NodeJS.Signals): void {
    const {pid} = this.#child;
    if (pid === undefined) return;
    try {
      process.kill(this.#leadsGroup ? -pid : pid, name);
    } catch {
      // It ended just now, or belongs to somebody else (sudo); then it sees the end of its input.
    }
  }
}

function leaveUnread(): void {}

function startError(program: string, cause: unknown): BdsyncError {
  const reasons: Readonly<Record<string, string>> = {ENOENT: 'there is no such program', EACCES: 'permission denied'};
  const reason = reasons[codeOf(cause) ?? ''] ?? messageOf(cause);
  return new BdsyncError('process', `cannot start ${program}: ${reason}`, {cause});
}

async function forwardLines(stderr: Readable, onErrorLine: (line: string) => Promise<void>): Promise<void> {
  const lines = new RemoteErrorLines();
  try {
    for await (const bytes of stderr as AsyncIterable<Uint8Array>) {
      for (const line of lines.push(bytes)) await onErrorLine(line);
    }
  } catch {
    // Destroyed, or broken: there is nothing more to tell.
  }
  for (const line of lines.end()) await onErrorLine(line);
}

async function within<T>(patienceMs: number, work: Promise<T>): Promise<T | undefined> {
  const abort = new AbortController();
  try {
    return await Promise.race([work, sleep(patienceMs, undefined, {signal: abort.signal})]);
  } finally {
    abort.abort();
  }
}
