import {join} from 'node:path';
import {BDSYNC_MANAGER, type ProgramResult, runProgram} from './spawn-program.js';

/** Brings a target in step with s.img in the folder, by `sync --json`; state folders of all ends are in the folder. */
export async function syncImages(folder: string, target: string, ...options: string[]): Promise<ProgramResult> {
  const stateDir = join(folder, 'state');
  return await runProgram(
    BDSYNC_MANAGER,
    ['sync', join(folder, 's.img'), target, `--state-dir=${stateDir}`, '--json', ...options],
    {STATE_DIRECTORY: stateDir},
  );
}
