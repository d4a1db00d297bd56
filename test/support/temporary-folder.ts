import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';

/** A new folder, removed with all that is in it when the current test ends. */
export async function temporaryFolder(parent: string = tmpdir()): Promise<string> {
  const folder = await mkdtemp(join(parent, 'bdsync-manager-test-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  return folder;
}
