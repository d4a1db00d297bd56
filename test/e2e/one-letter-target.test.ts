import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {sha256, writePair} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {OUR_BDSYNC, runBdsync, serverCommand} from '../support/run-bdsync.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

const NATIVE = nativeBdsync === undefined ? [] : [nativeBdsync];

async function pair(): Promise<{readonly folder: string; readonly source: string; readonly target: string}> {
  const folder = await temporaryFolder();
  const [source, target] = [join(folder, 'source'), join(folder, 't')];
  await writePair(source, target, 300_000, 5);
  return {folder, source, target};
}

const PROGRAMS: readonly (readonly [string, readonly string[]])[] = [
  ['ours at both ends', [`--remote-bdsync-bin=${BDSYNC}`]],
  ...NATIVE.flatMap((native) => [
    ['the original at the far end', [`--remote-bdsync-bin=${native}`]] as const,
    ['the original at both ends', [`--remote-bdsync-bin=${native}`, `--local-bdsync-bin=${native}`]] as const,
  ]),
];

it.each(PROGRAMS)('a target in the home folder there may have a name of one letter: %s', async (_what, programs) => {
  const {folder, source, target} = await pair();
  const connection = `--connection-command=env --chdir=${folder} A=1`;
  const words = [
    'sync',
    source,
    't',
    connection,
    `--state-dir=${join(folder, 'state')}`,
    '--verify-after',
    ...programs,
  ];
  expect(await runProgram(BDSYNC_MANAGER, words)).toMatchObject({status: 0, stderr: ''});
  expect(await sha256(target)).toBe(await sha256(source));
});

const SERVERS: readonly (readonly [string, readonly string[]])[] = [
  ['ours', OUR_BDSYNC],
  ...NATIVE.map((native) => ['the original', [native]] as const),
];

it.each(SERVERS)(
  'bdsync compares such a device with the server of %s, and its patch names it as it was named',
  async (_whose, server) => {
    const {folder, source, target} = await pair();
    const {status, stdout, stderr} = await runBdsync([serverCommand(server), source, 't'], {cwd: folder});
    expect({status, stderr}).toEqual({status: 0, stderr: ''});
    expect(await runBdsync(['--patch'], {cwd: folder, input: stdout})).toMatchObject({status: 0, stderr: ''});
    expect((await readFile(target)).equals(await readFile(source))).toBe(true);
  },
);

it('a folder and an empty name stay what no server can be told', async () => {
  const {source} = await pair();
  for (const path of ['', '/']) {
    const {status, stderr} = await runBdsync([serverCommand(), source, path]);
    expect(stderr).toMatch(/^bdsync: bad remote path/);
    expect(status).toBe(1);
  }
});
