import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import type {Writable} from 'node:stream';
import {onTestFinished} from 'vitest';
import {BDSYNC} from './spawn-program.js';

export interface BdsyncResult {
  /** Undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  /** What is a patch, a conversation or text. */
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface BdsyncOptions {
  readonly cwd?: string;
  /** Standard input as a whole; without it, it is empty. */
  readonly input?: Uint8Array;
  /** A file open for writing, in place of a pipe. */
  readonly stdoutDescriptor?: number;
  /** Beside our own; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Another program than ours: the file and its first words. */
  readonly program?: readonly string[];
}

export interface RunningBdsync {
  readonly child: ChildProcess;
  readonly stdin: Writable;
  readonly result: Promise<BdsyncResult>;
}

/** The words of our program, for spawn(2) and for REMSHCMD. */
export const OUR_BDSYNC: readonly string[] = [process.execPath, BDSYNC];

/** The words as REMSHCMD. */
export function serverCommand(program: readonly string[] = OUR_BDSYNC, options = ''): string {
  return [...program.map((word) => `'${word}'`), '--server', options].join(' ');
}

/** Starts the drop-in program, with its standard input open; it is killed when the current test ends. */
export function startBdsync(words: readonly string[], options: BdsyncOptions = {}): RunningBdsync {
  const [file = '', ...first] = options.program ?? OUR_BDSYNC;
  const child = spawn(file, [...first, ...words], {
    stdio: ['pipe', options.stdoutDescriptor ?? 'pipe', 'pipe'],
    cwd: options.cwd,
    env: {...process.env, ...options.env},
    // As under cron: no terminal anywhere.
    detached: true,
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const {stdin} = child;
  if (!stdin) throw new Error('there is no standard input');
  stdin.on('error', () => {});
  return {child, stdin, result: resultOf(child)};
}

/** Runs it to its end. */
export async function runBdsync(words: readonly string[], options: BdsyncOptions = {}): Promise<BdsyncResult> {
  const {stdin, result} = startBdsync(words, options);
  stdin.end(options.input);
  return result;
}

async function resultOf(child: ChildProcess): Promise<BdsyncResult> {
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr?.on('data', (bytes: Buffer) => stderr.push(bytes));
  const [status, signal]: unknown[] = await once(child, 'close');
  return {
    status: typeof status === 'number' ? status : undefined,
    signal: typeof signal === 'string' ? signal : undefined,
    stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString(),
  };
}
