import {spawnSync} from 'node:child_process';
import {BenchError} from '../bench-error.js';

/**
 * The interpreter itself: what is called `python3` may be a script that looks for it, slowly.
 *
 * @throws BenchError 'missing-program'.
 */
export function findPython(): string {
  const {stdout, status} = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], {encoding: 'utf8'});
  if (status === 0) return stdout.trim();
  throw new BenchError('missing-program', 'python3 cannot be started, which measures the time and memory of processes');
}
