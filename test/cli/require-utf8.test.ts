import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it} from 'vitest';
import {noise} from '../support/images.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runCommand} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

/** In the script, `$node`, `$manager` and `$bdsync` are ours, `$bad` a name that is not UTF-8, `$twin` what it reads as. */
const VARIABLES = `bad=$(printf 'x\\376y'); twin=$(printf 'x\\357\\277\\275y'); cd "$folder" || exit 99`;
const TWIN = 'x\ufffdy';

let folder: string;
const twin = noise(50_000, 1);

beforeEach(async () => {
  folder = await temporaryFolder();
  await writeFile(join(folder, 'source'), noise(50_000, 2));
  await writeFile(join(folder, TWIN), twin);
});

async function shell(script: string): Promise<ProgramResult> {
  const environment = {folder, node: process.execPath, manager: BDSYNC_MANAGER, bdsync: BDSYNC};
  return await runCommand('sh', ['-c', `${VARIABLES}; ${script}`], {
    ...environment,
    STATE_DIRECTORY: join(folder, 'state'),
  });
}

async function isUntouched(name: string): Promise<boolean> {
  return (await readFile(join(folder, name))).equals(twin);
}

describe('bdsync-manager, given a word whose bytes are not UTF-8', () => {
  it.each([
    ['target', 'sync source "$bad"'],
    ['source', 'sync "$bad" source'],
    ['value of an option', 'sync --state-dir="$bad" source copy'],
    ['configuration', 'check --config "$bad"'],
  ])('refuses it as such: a %s', async (_what, words) => {
    const {status, stderr} = await shell(`exec "$node" "$manager" ${words}`);
    expect(stderr).toMatch(/^bdsync-manager: the argument '[^']*x\\xfey' is not UTF-8\n {2}hint: /);
    expect(status).toBe(2);
    expect(await isUntouched(TWIN)).toBe(true);
    expect((await readdir(folder)).toSorted()).toEqual(['source', TWIN]);
  });

  it('refuses a working folder and folders of the environment likewise', async () => {
    await mkdir(join(folder, `d${TWIN}`));
    await writeFile(join(folder, `d${TWIN}`, 'target'), twin);
    const within = await shell(`mkdir "d$bad"; cd "d$bad"; : >target; exec "$node" "$manager" sync ../source target`);
    expect(within.stderr).toMatch(/^bdsync-manager: the path of the working folder is not UTF-8\n {2}hint: /);
    expect(within.status).toBe(2);
    expect(await isUntouched(join(`d${TWIN}`, 'target'))).toBe(true);
    const home = await shell(`HOME="$folder/$bad" exec "$node" "$manager" sync source '~/target'`);
    expect(home.stderr).toMatch(/^bdsync-manager: the value of \$HOME is not UTF-8\n {2}hint: /);
    expect(home.status).toBe(2);
  });

  it('is unknown to a monitoring system', async () => {
    const {status, stdout} = await shell('exec "$node" "$manager" status --nagios --config "$bad"');
    expect(stdout).toMatch(/UNKNOWN.*is not UTF-8/);
    expect(status).toBe(3);
  });
});

it('bdsync-manager takes a name that really contains U+FFFD, and a symbolic link to one that is not UTF-8', async () => {
  const script = `HOME="$folder/$twin" "$node" "$manager" sync source "$twin" && cmp source "$twin" &&
    head -c 50000 /dev/zero >"$bad" && ln -s "$bad" link && "$node" "$manager" sync source link && cmp source "$bad"`;
  expect(await shell(script)).toMatchObject({status: 0, stderr: ''});
});

describe('bdsync, given a word whose bytes are not UTF-8', () => {
  it.each([
    '--hold="$bad"',
    '--patch="$bad"',
    '--patch=source --sealed="$bad"',
    '"$node $bdsync --server" "$bad" source',
  ])('refuses it as such: %s', async (words) => {
    const {status, stdout, stderr} = await shell(`exec "$node" "$bdsync" ${words} </dev/null`);
    expect(stderr).toMatch(/^bdsync: the argument '[^']*x\\xfey' is not UTF-8 \(.*\)\n$/);
    expect({status, stdout}).toEqual({status: 1, stdout: ''});
    expect(await isUntouched(TWIN)).toBe(true);
  });

  it('takes one that really contains U+FFFD', async () => {
    const script = `"$node" "$bdsync" "'$node' '$bdsync' --server" source "$twin" >patch &&
      "$node" "$bdsync" --patch="$twin" <patch && cmp source "$twin"`;
    expect(await shell(script)).toMatchObject({status: 0, stderr: ''});
  });
});
