import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

/** Before all tests: programs that are told of no state folder get one of the tests, and leave that of the machine alone. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'bdsync-manager-state-'));
  process.env['STATE_DIRECTORY'] = folder;
  return () => rm(folder, {recursive: true, force: true});
}
