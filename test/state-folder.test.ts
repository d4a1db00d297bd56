import {spawnSync} from 'node:child_process';
import {chmod, chown, mkdir, readdir, rename, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {checkStateDir, openStateFolder, requireOwnFolder} from '#dist/state-folder.js';
import {temporaryFolder} from './support/temporary-folder.js';

const isRoot = process.getuid?.() === 0;

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

describe('openStateFolder', () => {
  it('makes all that is missing, for us alone', async () => {
    const folder = await temporaryFolder();
    const stateDir = join(folder, 'a', 'b');
    expect(await openStateFolder(stateDir, 'locks')).toBe(join(stateDir, 'locks'));
    expect(await openStateFolder(stateDir, 'locks')).toBe(join(stateDir, 'locks'));
    for (const made of ['a', 'a/b', 'a/b/locks']) expect(await modeOf(join(folder, made))).toBe(0o700);
  });

  it('may be called by several at once', async () => {
    const stateDir = join(await temporaryFolder(), 'state');
    await Promise.all(Array.from({length: 20}, () => openStateFolder(stateDir, 'locks')));
  });

  it.each([0o755, 0o750])('takes a state folder of mode %o as it is', async (mode) => {
    const stateDir = await temporaryFolder();
    await chmod(stateDir, mode);
    await openStateFolder(stateDir, 'locks');
    expect(await modeOf(stateDir)).toBe(mode);
  });

  it('takes a link to a folder of ours for the state folder', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'private'));
    await symlink('private', join(folder, 'state'));
    await openStateFolder(join(folder, 'state'), 'locks');
    expect(await readdir(join(folder, 'private'))).toEqual(['locks']);
  });

  it.each([0o770, 0o707, 0o1777])('refuses what others may write (mode %o), and tells the remedy', async (mode) => {
    const stateDir = await temporaryFolder();
    await chmod(stateDir, mode);
    await expect(openStateFolder(stateDir, 'locks')).rejects.toMatchObject({
      code: 'state-dir',
      message: `the state folder ${stateDir} can be written by others`,
      hint: `take that right from them: chmod go-w ${stateDir}`,
    });
    await expect(checkStateDir(stateDir)).rejects.toMatchObject({code: 'state-dir'});
  });

  it('refuses a folder in it that others may write', async () => {
    const stateDir = await temporaryFolder();
    const folder = await openStateFolder(stateDir, 'locks');
    await chmod(folder, 0o777);
    await expect(openStateFolder(stateDir, 'locks')).rejects.toThrow(`${folder} can be written by others`);
  });

  it('refuses what belongs to somebody else', async ({skip}) => {
    skip(!isRoot, 'only root can give a folder away');
    const stateDir = await temporaryFolder();
    await chown(stateDir, 54_321, 54_321);
    await expect(openStateFolder(stateDir, 'locks')).rejects.toMatchObject({
      code: 'state-dir',
      message: `the state folder ${stateDir} belongs to somebody else (user id 54321)`,
    });
    await expect(checkStateDir(stateDir)).rejects.toMatchObject({code: 'state-dir'});
  });

  it('refuses a link in place of a folder in it', async () => {
    const stateDir = await temporaryFolder();
    const folder = await openStateFolder(stateDir, 'locks');
    await rename(folder, join(stateDir, 'elsewhere'));
    await symlink('elsewhere', folder);
    await expect(openStateFolder(stateDir, 'locks')).rejects.toThrow(`${folder} is not a folder`);
  });

  it('says that it cannot be made', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    for (const stateDir of [file, join(file, 'below')]) {
      await expect(openStateFolder(stateDir, 'locks')).rejects.toMatchObject({
        code: 'state-dir',
        message: expect.stringContaining(`cannot use the state folder ${stateDir}: E`),
        hint: 'name a folder that you may write with the key state_dir',
      });
    }
  });

  it('ends where nothing can be made', () => {
    // In a process of its own: what never ends would block this one.
    const script = `
      const {openStateFolder} = await import(${JSON.stringify(import.meta.resolve('#dist/state-folder.js'))});
      await openStateFolder('/proc/none/state', 'locks').catch((error) => process.stdout.write(error.code));`;
    const words = ['--input-type=module', '--eval', script];
    const {stdout} = spawnSync(process.execPath, words, {timeout: 20_000, killSignal: 'SIGKILL', encoding: 'utf8'});
    expect(stdout).toBe('state-dir');
  });
});

describe('requireOwnFolder', () => {
  it('makes nothing', async () => {
    const stateDir = await temporaryFolder();
    await expect(requireOwnFolder(stateDir, 'targets')).rejects.toMatchObject({code: 'state-dir'});
    expect(await readdir(stateDir)).toEqual([]);
  });
});

describe('checkStateDir', () => {
  it('is content with what the first run can make, and makes nothing', async () => {
    const folder = await temporaryFolder();
    await checkStateDir(join(folder, 'a', 'b'));
    expect(await readdir(folder)).toEqual([]);
  });

  it('says what cannot be made', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(checkStateDir(join(file, 'below'))).rejects.toMatchObject({code: 'state-dir'});
    await expect(checkStateDir(file)).rejects.toThrow('is not a folder');
  });
});
