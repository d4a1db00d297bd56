import type {Readable, Writable} from 'node:stream';
import type {HostError} from './host-error.js';
import type {TrafficMeter} from './traffic-meter.js';

/** Where a command runs: this machine, or the far end of a connection command. */
export interface Host {
  /** For messages: `this machine`, or what of the connection command is no secret, `ssh backup@host`. */
  readonly name: string;
  readonly isLocal: boolean;
  /**
   * Starts a program. Every word arrives there as it is here, whatever it contains (a NUL cannot).
   * A program that could not be started shows in the child's ending; only what precedes the start rejects, with a
   * HostError: a host's first connection, which finds out how words travel, and a signal that is aborted already.
   */
  spawn(words: readonly string[], options: SpawnOptions): Promise<Child>;
  /**
   * Runs a program to its end with bounded output and resolves whatever its status is.
   * @throws HostError when the program could not be started or was ended by a signal, when the connection failed,
   * and for a time-out, an abort or too much output.
   */
  run(words: readonly string[], options?: RunOptions): Promise<RunResult>;
}

export interface SpawnOptions {
  /** Its abort ends the child and all that it started. */
  readonly signal?: AbortSignal | undefined;
  /** Counts, and limits, what passes through standard input and output. */
  readonly meter?: TrafficMeter | undefined;
  readonly onErrorLine?: OnErrorLine | undefined;
  /** For messages: `bdsync --server on ssh backup@host`. */
  readonly describe: string;
  /** Half of what it does is worse than all of it: it goes on when this process ends, however that comes. */
  readonly outlivesUs?: boolean | undefined;
}

/**
 * Receives each line of standard error, control characters made harmless. True keeps it out of the tail: it was a
 * message to us, not to a person.
 */
export type OnErrorLine = (line: string) => unknown;

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly meter?: TrafficMeter | undefined;
  readonly onErrorLine?: OnErrorLine | undefined;
  /** Defaults to the command in short and the host's name. */
  readonly describe?: string | undefined;
  /** Standard input; empty when undefined. */
  readonly input?: string | Uint8Array | undefined;
  /** No limit when undefined. */
  readonly timeoutMs?: number | undefined;
  /** Of standard output; 1 MiB when undefined. */
  readonly maxOutputBytes?: number | undefined;
  readonly outlivesUs?: SpawnOptions['outlivesUs'];
}

export interface RunResult {
  readonly status: number;
  readonly stdout: string;
  /** The last lines, without a final newline. */
  readonly stderr: string;
}

export interface Child extends AsyncDisposable {
  /** Fails with a HostError that tells the ending when the child ended before it read everything. */
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Of the local process; undefined when it could not be started. */
  readonly pid: number | undefined;
  /** What ended the child first. Never rejects; standard output may still hold data. */
  readonly ended: Promise<ChildEnd>;
  /** The last lines of standard error, at most 20 and 8 KiB. */
  errorTail(): string[];
  /** Ends the child and all that it started: TERM, then KILL after a grace. Resolves when nobody is left. */
  kill(): Promise<void>;
  /**
   * Waits for the end and tells what went wrong on the way to the program; undefined when it ran and ended with a
   * status of its own, whatever status.
   */
  diagnose(): Promise<HostError | undefined>;
}

export type ChildEnd =
  | {readonly kind: 'exit'; readonly status: number}
  | {readonly kind: 'signal'; readonly signal: string}
  | {readonly kind: 'spawn-error'; readonly error: Error}
  | {readonly kind: 'aborted'};
