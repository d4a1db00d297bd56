import {readFile, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {quoteWord} from '#dist/hosts/quote.js';
import {noise} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

const SOURCE = noise(300_000, 1);
const FAR = ['--connection-command=env A=1', `--remote-bdsync-bin=${BDSYNC}`];

async function world() {
  const folder = await temporaryFolder();
  const [source, target] = [join(folder, 's.img'), join(folder, 't.img')];
  await writeFile(source, SOURCE);
  await writeFile(target, SOURCE.subarray(0, 200_000));
  const sync = (...words: string[]) =>
    runProgram(BDSYNC_MANAGER, ['sync', '--state-dir', join(folder, 'state'), ...words, source, target]);
  const isSame = async () => SOURCE.equals(await readFile(target));
  return {folder, target, sync, isSame};
}

describe('an image that is smaller than its source', () => {
  it.each([
    ['here', []],
    ['at the far end of a connection', FAR],
  ])('grows where that is wanted, %s', async (_, where) => {
    const {sync, target, isSame} = await world();
    expect(await sync(...where)).toMatchObject({status: 3, stderr: expect.stringContaining('Different sizes')});
    const planned = await sync('--grow-target', '--dry-run', ...where);
    expect(planned.stdout).toContain('if too small');
    expect(planned.stdout).toContain('would be grown from 195.3KiB to 293.0KiB; compared as far as it reaches now');
    expect(planned.stdout).toMatch(/would change +0B/);
    expect((await stat(target)).size).toBe(200_000);
    const grown = await sync('--grow-target', ...where);
    expect(grown).toMatchObject({status: 0, stderr: expect.stringContaining('from 195.3KiB to 293.0KiB')});
    expect(await isSame()).toBe(true);
  });

  it('grows before a patch is stored for it', async () => {
    const {folder, sync, isSame} = await world();
    expect(await sync('--grow-target', '--target-patch-dir', folder, ...FAR)).toMatchObject({status: 0});
    expect(await isSame()).toBe(true);
  });

  it.skipIf(nativeBdsync === undefined)('grows for the original programs', async () => {
    const {sync, isSame} = await world();
    const native = nativeBdsync ?? '';
    const far = ['--connection-command=env A=1', `--remote-bdsync-bin=${native}`, `--local-bdsync-bin=${native}`];
    expect(await sync('--grow-target', ...far)).toMatchObject({status: 0});
    expect(await isSame()).toBe(true);
  });

  it('says that it was made larger when what follows fails', async () => {
    const {folder, sync} = await world();
    const program = join(folder, 'bdsync');
    const lines = ['#!/bin/sh', 'case $1 in --server*) exit 9;; esac', `exec ${quoteWord(BDSYNC)} "$@"`, ''];
    await writeFile(program, lines.join('\n'), {mode: 0o755});
    const far = ['--connection-command=env A=1', `--remote-bdsync-bin=${program}`];
    const failed = await sync('--grow-target', '--json', ...far);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      tasks: [{failure: {stage: 'generate', target: {state: 'grown'}}}],
    });
  });
});

it('an image that is larger than its source is never made smaller by that', async () => {
  const {sync, target} = await world();
  await truncate(target, 400_000);
  expect(await sync('--grow-target')).toMatchObject({status: 3, stderr: expect.stringContaining('Different sizes')});
  expect((await stat(target)).size).toBe(400_000);
});
