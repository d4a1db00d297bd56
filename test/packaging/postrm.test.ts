import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {expect, test} from 'vitest';
import {POSTRM} from '#dist/packaging/postrm.js';
import {runCommand} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

/** A machine in a folder, with these files below its /var/lib/bdsync-manager. */
async function machineWith(files: readonly string[]) {
  const folder = await temporaryFolder();
  const state = join(folder, 'var/lib/bdsync-manager');
  for (const file of files) {
    await mkdir(dirname(join(state, file)), {recursive: true});
    await writeFile(join(state, file), '{}');
  }
  const tools = join(folder, 'tools');
  await mkdir(tools);
  await writeFile(join(tools, 'deb-systemd-helper'), '#!/bin/sh\n', {mode: 0o755});
  // Every path that the script names is one of the folder.
  const script = POSTRM.replaceAll(/(?<=[\s=])\/(?=(?:etc|var|run)\/)/g, `${folder}/`);
  expect(script).not.toMatch(/[\s="']\/(?:etc|var|run)\//);
  return {
    purge: async () => await runCommand('sh', ['-c', script, 'postrm', 'purge'], {PATH: `${tools}:/usr/bin:/bin`}),
    left: async () => await readdir(join(folder, 'var/lib'), {recursive: true}),
  };
}

const OWN = ['history/home.jsonl', 'history/lock', 'locks/home.lock', 'targets/a.json'];

test('purge leaves nothing of what the program remembers', async () => {
  const {purge, left} = await machineWith(OWN);
  expect(await purge()).toMatchObject({status: 0, stderr: ''});
  expect(await left()).toEqual([]);
});

test('purge leaves what somebody else put into its folder, and says so', async () => {
  const {purge, left} = await machineWith([...OWN, 'patches/patch-1.bdsync', 'patches/patch-1.bdsync.journal']);
  expect(await purge()).toMatchObject({status: 0, stderr: expect.stringMatching(/bdsync-manager stays: it has files/)});
  expect((await left()).toSorted()).toEqual([
    'bdsync-manager',
    'bdsync-manager/patches',
    'bdsync-manager/patches/patch-1.bdsync',
    'bdsync-manager/patches/patch-1.bdsync.journal',
  ]);
});

test('purge leaves all when there are notes of what was interrupted', async () => {
  const {purge, left} = await machineWith([...OWN, 'temporary/home.json']);
  expect(await purge()).toMatchObject({status: 0, stderr: expect.stringMatching(/stays: it has notes/)});
  expect(await left()).toContain('bdsync-manager/history/home.jsonl');
});
