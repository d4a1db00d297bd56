import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {userInfo} from 'node:os';
import {delimiter, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {quoteWord} from '#dist/hosts/quote.js';
import {noise, sha256, writePair} from '../support/images.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {type Sshd, sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';

async function sync(folder: string, ...words: string[]): Promise<ProgramResult> {
  return await runProgram(BDSYNC_MANAGER, ['sync', '--state-dir', join(folder, 'state'), ...words]);
}

describe('sync on this machine', () => {
  test.for([
    ['in place', []],
    ['through a patch file', ['--target-patch-dir']],
  ] as const)('brings a target in step %s', async ([_how, patchOption]) => {
    const folder = await temporaryFolder();
    const [source, target, patches] = ['source.img', 'target.img', 'patches'].map((name) => join(folder, name));
    if (source === undefined || target === undefined || patches === undefined)
      throw new Error('three names, three paths');
    await mkdir(patches);
    await writePair(source, target, 500_001, 12);
    const patchWords = patchOption.flatMap((option) => [option, patches]);
    const {status, stdout, stderr} = await sync(folder, ...patchWords, source, target);
    expect({status, stdout, stderr}).toEqual({status: 0, stdout: '', stderr: ''});
    expect(await sha256(target)).toBe(await sha256(source));
  });

  test('refuses a missing target, and creates it when told to', async () => {
    const folder = await temporaryFolder();
    const [source, target] = [join(folder, 'source.img'), join(folder, 'new.img')];
    await writeFile(source, noise(100_000, 3));
    const refused = await sync(folder, source, target);
    expect(refused.status).toBe(3);
    expect(refused.stderr).toMatch(/ERROR: check target: the target \S+ does not exist/);
    expect((await sync(folder, '--create-target-if-missing', source, target)).status).toBe(0);
    expect(await sha256(target)).toBe(await sha256(source));
  });

  test('tells which option is wrong', async () => {
    const folder = await temporaryFolder();
    const {status, stderr} = await sync(folder, '--bandwidth-limit', 'fast', 'a.img', 'b.img');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^bdsync-manager: --bandwidth-limit: 'fast'/);
  });

  test('of a file onto itself is refused', async () => {
    const folder = await temporaryFolder();
    const source = join(folder, 'source.img');
    await writeFile(source, noise(10_000, 4));
    const {status, stderr} = await sync(folder, source, source);
    expect(status).toBe(3);
    expect(stderr).toContain('ERROR');
  });
});

/** An `ssh` that reads the configuration of the test's server, and a PATH on which it is found first. */
async function pathWithSsh(folder: string, server: Sshd): Promise<string> {
  const path = process.env['PATH'] ?? '';
  await mkdir(join(folder, 'bin'));
  const program = join(folder, 'bin', 'ssh');
  const [, , configFile = ''] = server.connectionWords;
  await writeFile(program, `#!/bin/sh\nPATH=${quoteWord(path)} exec ssh -F ${quoteWord(configFile)} "$@"\n`);
  await chmod(program, 0o700);
  return `${join(folder, 'bin')}${delimiter}${path}`;
}

const whyNoSshd = sshdMissing();

describe.skipIf(whyNoSshd !== undefined)(
  `sync through the user's ssh${whyNoSshd ? ` (skipped: ${whyNoSshd})` : ''}`,
  () => {
    test('reaches user@host:path, whatever the path holds', async () => {
      const folder = await temporaryFolder();
      await using server = await startSshd();
      const source = join(folder, 'source.img');
      const target = join(folder, "a copy: '1'.img");
      await writePair(source, target, 400_000, 5);
      const words = ['--remote-bdsync-bin', BDSYNC, '--state-dir', join(folder, 'state')];
      const login = `${userInfo().username}@sshd-of-tests`;
      const {status, stderr} = await runProgram(BDSYNC_MANAGER, ['sync', ...words, source, `${login}:${target}`], {
        PATH: await pathWithSsh(folder, server),
      });
      expect({status, stderr}).toEqual({status: 0, stderr: ''});
      expect(await sha256(target)).toBe(await sha256(source));
    });
  },
);
