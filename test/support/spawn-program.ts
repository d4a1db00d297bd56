import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const BDSYNC = `${ROOT}bin/bdsync.cjs`;
export const BDSYNC_MANAGER = `${ROOT}bin/bdsync-manager.js`;

/** Beside our own; undefined takes a variable away. */
type Environment = Readonly<Record<string, string | undefined>>;

export interface ProgramResult {
  /** Undefined when a signal ended it. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningProgram {
  readonly child: ChildProcess;
  readonly result: Promise<ProgramResult>;
  /** Resolves when standard error matches; rejects when the program ends without that. */
  untilStderr(pattern: RegExp): Promise<void>;
}

/** Starts one of the project's programs, as cron would: no terminal anywhere, standard input empty. */
export function startProgram(program: string, args: readonly string[], env: Environment = {}): RunningProgram {
  return startCommand(process.execPath, [program, ...args], env);
}

function startCommand(file: string, args: readonly string[], env: Environment): RunningProgram {
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    // In a session of its own: no terminal anywhere.
    detached: true,
    // Under nohup, `$_` would say so.
    env: {...process.env, NO_COLOR: '1', _: undefined, ...env},
  });
  let stdout = '';
  let stderr = '';
  const watchers = new Set<() => void>();
  child.stdout.on('data', (bytes) => {
    stdout += String(bytes);
  });
  child.stderr.on('data', (bytes) => {
    stderr += String(bytes);
    for (const watcher of watchers) watcher();
  });
  const result = once(child, 'close').then(
    ([status, signal]: unknown[]): ProgramResult => ({
      status: typeof status === 'number' ? status : undefined,
      signal: typeof signal === 'string' ? signal : undefined,
      stdout,
      stderr,
    }),
  );
  return {
    child,
    result,
    async untilStderr(pattern) {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (!pattern.test(stderr)) return;
          watchers.delete(look);
          resolve();
        };
        watchers.add(look);
        look();
        void result.then(() => reject(new Error(`ended without ${pattern} on standard error:\n${stderr}`)));
      });
    },
  };
}

export async function runProgram(program: string, args: readonly string[], env?: Environment): Promise<ProgramResult> {
  return await startProgram(program, args, env).result;
}

/** Runs any other program in the same way. */
export async function runCommand(file: string, args: readonly string[], env: Environment = {}): Promise<ProgramResult> {
  return await startCommand(file, args, env).result;
}
