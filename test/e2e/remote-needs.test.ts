import {readFileSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {noise} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {sshdMissing, startSshd} from '../support/sshd.js';
import {syncImages} from '../support/sync-images.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {findTool, toolFolder} from '../support/tool-folder.js';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/remote-set-up.md', import.meta.url)), 'utf8');
const PROGRAMS = programsBelow('## What is started there');
const BESIDE_ORIGINAL = programsBelow('## The original program there');
const SIZE = 2 * 2 ** 20;

/** What stands in the first column of the table of a section. */
function programsBelow(heading: string): string[] {
  const [, section = ''] = PAGE.slice(PAGE.indexOf(heading)).split(/^## .*$/m);
  const cells = [...section.matchAll(/^\| (`.*?`) \|/gm)].map(([, cell = '']) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(.+?)`/g)].map(([, name = '']) => name));
}

const whyNoSshd = sshdMissing();
if (whyNoSshd !== undefined) console.warn(`SKIPPED: what docs/remote-set-up.md says of ssh: ${whyNoSshd}`);

describe.skipIf(whyNoSshd !== undefined)('docs/remote-set-up.md', () => {
  test('names all programs that a run with an image uses there', async () => {
    expect(PROGRAMS).toContain('bdsync');
    const folder = await temporaryFolder();
    // As the first line of what npm installs says, but with this search path.
    const scripts = {bdsync: `exec env node '${BDSYNC}' "$@"`};
    const path = await toolFolder(
      PROGRAMS.filter((name) => name !== 'bdsync'),
      {scripts},
    );
    await bringInStep(folder, path);
  }, 120_000);

  test('names all programs beside the original one', async ({skip}) => {
    skip(nativeBdsync === undefined, NO_NATIVE_BDSYNC);
    const native = nativeBdsync?.includes('/') ? nativeBdsync : findTool(nativeBdsync ?? '');
    const ours = ['bdsync', 'node'];
    // One of these is enough.
    const others = ['openssl', 'shasum'];
    const names = [...PROGRAMS, ...BESIDE_ORIGINAL].filter((name) => ![...ours, ...others].includes(name));
    expect(BESIDE_ORIGINAL).toEqual(expect.arrayContaining(others));
    const path = await toolFolder([...new Set(names)], {scripts: {bdsync: `exec '${native}' "$@"`}});
    const told = await bringInStep(await temporaryFolder(), path);
    // What would be said where a program is missing that proves something.
    expect(told).not.toMatch(/no sha256sum|no sync/);
    expect(told).toMatch(/not proven is/);
  }, 120_000);

  test('is right that a command that lets bdsync alone through is none to set up', async () => {
    const folder = await temporaryFolder();
    const only = join(folder, 'only-bdsync');
    const words = '#!/bin/sh\ncase $2 in bdsync\\ *) exec sh "$@" ;; *) echo refused >&2; exit 1 ;; esac\n';
    await writeFile(only, words, {mode: 0o755});
    await using server = await startSshd({remoteShell: only});
    const [source, config] = [join(folder, 's.img'), join(folder, 'x.conf')];
    await writeFile(source, noise(5000, 1));
    const options = ['--config', config, '--source', source, '--target', 'x', '--yes'];
    const connection = ['--connection-command', server.connectionCommand];
    expect(await runProgram(BDSYNC_MANAGER, ['init', ...options, ...connection])).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(/not ready\n {2}unmet need: .* does not run commands as expected: .*refused/),
    });
  });
});

/** An image that is created, written anew and grown, on a machine that has the programs of this path; what runs tell. */
async function bringInStep(folder: string, path: string): Promise<string> {
  await using server = await startSshd({environment: {PATH: path}});
  const [source, copy, patches] = ['s.img', 't.img', 'patches'].map((name) => join(folder, name));
  const sync = (...options: string[]) =>
    syncImages(folder, copy ?? '', `--connection-command=${server.connectionCommand}`, '--verify-after', ...options);
  await mkdir(patches ?? '');
  let told = '';
  for (const [seed, size, options] of [
    [1, SIZE, ['--create-target-if-missing']],
    [2, SIZE, [`--target-patch-dir=${patches}`]],
    [3, 2 * SIZE, ['--grow-target', `--target-patch-dir=${patches}`]],
  ] as const) {
    await writeFile(source ?? '', noise(size, seed));
    const result = await sync(...options);
    expect(result).toMatchObject({status: 0});
    expect((await readFile(copy ?? '')).equals(noise(size, seed))).toBe(true);
    told += result.stdout + result.stderr;
  }
  return told;
}
