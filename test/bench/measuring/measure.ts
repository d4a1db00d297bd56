import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {open, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {codeOf} from '#dist/errors.js';
import {BenchError} from '../bench-error.js';
import type {Workbench} from '../workbench.js';

const METER = fileURLToPath(new URL('../../../test/bench/measuring/meter.py', import.meta.url));
/** Of what a command says on standard error. */
const MAX_ERROR_TEXT = 2000;

/** What the meter tells of a command. */
export interface Usage {
  readonly status: number;
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  /** CPU time of a meter that stood aside. */
  readonly meterCpuMs?: number;
}

export interface Redirections {
  /** Files; without them the command reads nothing, and what it writes is lost. */
  readonly stdin?: string;
  readonly stdout?: string;
}

/**
 * Runs a command to its end.
 *
 * @throws BenchError 'command-failed' for a status other than 0, 'interrupted'.
 */
export async function measure(
  bench: Pick<Workbench, 'folder' | 'python' | 'signal'>,
  command: readonly string[],
  {stdin = '/dev/null', stdout = '/dev/null'}: Redirections = {},
): Promise<Usage> {
  const figures = join(bench.folder, 'figures.json');
  await using input = await open(stdin, 'r');
  await using output = await open(stdout, 'w');
  const [file = '', ...words] = [...meterWords(bench, figures), ...command];
  // A group of its own, so that all of it can be ended.
  const child = spawn(file, words, {stdio: [input.fd, output.fd, 'pipe'], detached: true});
  const end = (): void => endGroup(child);
  bench.signal.addEventListener('abort', end);
  try {
    let errorText = '';
    child.stderr?.on('data', (bytes) => {
      errorText = `${errorText}${bytes}`.slice(-MAX_ERROR_TEXT);
    });
    await once(child, 'close');
    if (bench.signal.aborted) throw new BenchError('interrupted', 'interrupted');
    const usage = await readUsage(figures);
    if (usage.status === 0) return usage;
    throw new BenchError('command-failed', `status ${usage.status} of: ${command.join(' ')}\n${errorText.trimEnd()}`);
  } finally {
    bench.signal.removeEventListener('abort', end);
  }
}

function endGroup({pid}: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGTERM');
  } catch (error) {
    // It ended just now.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

/** The words before a command that make the meter run it; `aside` keeps its figures from those of who starts it. */
export function meterWords({python}: Pick<Workbench, 'python'>, figures: string, aside = false): string[] {
  return [python, '-I', '-S', METER, ...(aside ? ['--aside'] : []), figures];
}

export async function readUsage(figures: string): Promise<Usage> {
  const usage: Usage = JSON.parse(await readFile(figures, 'utf8'));
  return usage;
}
