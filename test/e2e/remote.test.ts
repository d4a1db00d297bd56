import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {nativeBdsync as native, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {noise, sha256, writePair} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {processesNaming} from '../support/processes-naming.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram, startProgram, type ProgramResult} from '../support/spawn-program.js';
import {type Sshd, sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';

const NASTY_NAME = `it's a "nasty" $HOME \`id\` \\ name;\n&& $(false) %.img`;
const noSshd = sshdMissing();
if (noSshd !== undefined) console.warn(`skipped, ${noSshd}`);
if (native === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

let sshd: Sshd;
/** Of the host behind sshd. */
let remoteState: string;
beforeAll(async () => {
  remoteState = await mkdtemp(join(tmpdir(), 'bdsync-manager-test-'));
  if (noSshd === undefined) sshd = await startSshd({environment: {STATE_DIRECTORY: remoteState}});
});
afterAll(async () => {
  if (noSshd === undefined) await sshd[Symbol.asyncDispose]();
  await rm(remoteState, {recursive: true, force: true});
});

/** `bdsync-manager sync` to the host behind `connection`, in JSON. */
async function syncThrough(
  connection: string,
  folder: string,
  source: string,
  target: string,
  ...options: string[]
): Promise<ProgramResult> {
  return await runProgram(
    BDSYNC_MANAGER,
    [
      'sync',
      source,
      target,
      `--connection-command=${connection}`,
      `--state-dir=${join(folder, 'state')}`,
      '--json',
      ...(options.some((option) => option.startsWith('--remote-bdsync-bin')) ? [] : [`--remote-bdsync-bin=${BDSYNC}`]),
      ...options,
    ],
    {STATE_DIRECTORY: join(folder, 'remote-state')},
  );
}

describe.skipIf(noSshd !== undefined)('a target behind ssh', () => {
  for (const flow of ['in place', 'through a patch file'] as const) {
    it(`becomes equal ${flow}, with a path of nasty characters`, async () => {
      const folder = await temporaryFolder();
      const [source, target] = [join(folder, `s ${NASTY_NAME}`), join(folder, `t ${NASTY_NAME}`)];
      const patches = join(folder, `p ${NASTY_NAME}`);
      await mkdir(patches);
      await writePair(source, target, 2_500_000, 30);
      const stored = flow === 'in place' ? [] : [`--target-patch-dir=${patches}`];
      const result = await syncThrough(sshd.connectionCommand, folder, source, target, ...stored);
      expect(result).toMatchObject({status: 0, stderr: ''});
      expect(await sha256(target)).toBe(await sha256(source));
      const report = taskReportOf(result);
      expect(report).toMatchObject({state: 'synced', notes: []});
      if (report.state !== 'synced') return;
      // Digests of 611 blocks come, and the patch goes, both with a little around them.
      expect(report.figures.receivedBytes).toBeGreaterThan(611 * 16);
      expect(report.figures.sentBytes).toBeGreaterThan(report.figures.patchBytes);
      expect(await readdir(patches)).toEqual([]);
    });
  }

  it('is refused when it is the source itself, reached the long way round', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'disk.img'), noise(5000, 1));
    const disk = join(folder, 'disk.img');
    const result = await syncThrough(sshd.connectionCommand, folder, disk, disk);
    expect(result).toMatchObject({status: 3});
    expect(taskReportOf(result)).toMatchObject({failure: {code: 'same-device'}});
  });

  it('is refused while another run holds it, naming that run', async () => {
    const folder = await temporaryFolder();
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 2_000_000, 3);
    const slow = syncThrough(
      sshd.connectionCommand,
      folder,
      join(folder, 's.img'),
      join(folder, 't.img'),
      '--bandwidth-limit=4k',
    );
    await untilHeld(join(folder, 't.img'));
    const second = await syncThrough(
      sshd.connectionCommand,
      folder,
      join(folder, 's.img'),
      join(folder, 't.img'),
      `--state-dir=${join(folder, 'another machine')}`,
    );
    expect(second).toMatchObject({status: 3});
    expect(taskReportOf(second)).toMatchObject({
      failure: {code: 'target-locked', message: expect.stringMatching(/held by.* task .*t\.img of /)},
    });
    expect(await slow).toMatchObject({status: 0});
  });

  it('loses its patch file, and every program on both hosts, when a signal ends the run', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'patches'));
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 400_000, 0);
    await writeFile(join(folder, 's.img'), noise(400_000, 99));
    const before = await sha256(join(folder, 't.img'));
    const run = startProgram(BDSYNC_MANAGER, [
      'sync',
      join(folder, 's.img'),
      join(folder, 't.img'),
      `--connection-command=${sshd.connectionCommand}`,
      `--remote-bdsync-bin=${BDSYNC}`,
      `--state-dir=${join(folder, 'state')}`,
      `--target-patch-dir=${join(folder, 'patches')}`,
      '--bandwidth-limit=16k',
    ]);
    await until('a patch file', async () => (await readdir(join(folder, 'patches'))).length > 0);
    run.child.kill('SIGTERM');
    expect(await run.result).toMatchObject({status: 4});
    expect(await readdir(join(folder, 'patches'))).toEqual([]);
    await until('the end of all programs', async () => (await processesNaming(folder)).length === 0);
    expect(await sha256(join(folder, 't.img'))).toBe(before);
  });

  it('says where the failure is when the login shell greets before the protocol', async () => {
    const folder = await temporaryFolder();
    await using greeting = await startSshd({
      banner: 'Welcome to the backup host!\n',
      environment: {STATE_DIRECTORY: remoteState},
    });
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 50_000, 3);
    const result = await syncThrough(greeting.connectionCommand, folder, join(folder, 's.img'), join(folder, 't.img'));
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('Welcome to the backup host!')});
  });

  it.each([
    ['hostKey', 'changed', 'host-key', /known_hosts|ssh-keygen/],
    ['hostKey', 'unknown', 'host-key', /known_hosts|once by hand/],
    ['login', 'refused', 'login-refused', /key/],
  ] as const)('tells a %s that is %s, with the remedy', async (option, value, code, hint) => {
    const folder = await temporaryFolder();
    await using broken = await startSshd({[option]: value});
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 50_000, 3);
    const result = await syncThrough(broken.connectionCommand, folder, join(folder, 's.img'), join(folder, 't.img'));
    expect(result.status).toBe(3);
    expect(taskReportOf(result)).toMatchObject({failure: {code, hint: expect.stringMatching(hint)}});
  });

  it('tells that there is no bdsync on the other host', async () => {
    const folder = await temporaryFolder();
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 50_000, 3);
    const result = await syncThrough(
      sshd.connectionCommand,
      folder,
      join(folder, 's.img'),
      join(folder, 't.img'),
      '--remote-bdsync-bin=/no/such/bdsync',
    );
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('--remote-bdsync-bin')});
    expect(await sha256(join(folder, 't.img'))).not.toBe(await sha256(join(folder, 's.img')));
  });

  it('removes a patch that did not fit, and leaves the target alone', async () => {
    const folder = await temporaryFolder();
    await writePair(join(folder, 's.img'), join(folder, 't.img'), 50_000, 3);
    const before = await sha256(join(folder, 't.img'));
    const result = await syncThrough(
      sshd.connectionCommand,
      folder,
      join(folder, 's.img'),
      join(folder, 't.img'),
      `--target-patch-dir=${join(folder, 'missing')}`,
    );
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('--target-patch-dir')});
    expect(await sha256(join(folder, 't.img'))).toBe(before);
  });
});

describe('a target behind a program that starts its words as they are', () => {
  it('becomes equal, with a path of nasty characters', async () => {
    const folder = await temporaryFolder();
    const [source, target] = [join(folder, `s ${NASTY_NAME}`), join(folder, `t ${NASTY_NAME}`)];
    await writePair(source, target, 500_000, 9);
    for (const options of [[], [`--target-patch-dir=${folder}`]]) {
      const result = await syncThrough('env NOTHING=1', folder, source, target, ...options);
      expect(result).toMatchObject({status: 0, stderr: ''});
      expect(await sha256(target)).toBe(await sha256(source));
      await writeFile(target, noise(500_000, 3));
    }
  });

  it('is created where commands start there, which is the home folder behind ssh', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'home'));
    await writeFile(join(folder, 'source.img'), noise(300_000, 5));
    const result = await syncThrough(
      `env --chdir=${join(folder, 'home')}`,
      folder,
      join(folder, 'source.img'),
      '~/copy of it.img',
      '--create-target-if-missing',
    );
    expect(result).toMatchObject({status: 0});
    expect(await readFile(join(folder, 'home', 'copy of it.img'))).toEqual(noise(300_000, 5));
  });
});

describe.skipIf(native === undefined)('the original bdsync', () => {
  const ends = [
    ['at the far end', [`--remote-bdsync-bin=${native}`]],
    ['at this end', [`--local-bdsync-bin=${native}`]],
    ['at both ends', [`--local-bdsync-bin=${native}`, `--remote-bdsync-bin=${native}`]],
  ] as const;
  for (const [where, programs] of ends) {
    it(`${where}: both flows make the target equal`, async () => {
      const folder = await temporaryFolder();
      const [source, target] = [join(folder, `s ${NASTY_NAME}`), join(folder, `t ${NASTY_NAME}`)];
      for (const flow of [[], [`--target-patch-dir=${folder}`]]) {
        await writePair(source, target, 3_000_001, 25);
        const connection = noSshd === undefined ? sshd.connectionCommand : 'env NOTHING=1';
        const result = await syncThrough(connection, folder, source, target, ...programs, ...flow);
        expect(result).toMatchObject({status: 0, stderr: ''});
        expect(await sha256(target)).toBe(await sha256(source));
        const report = taskReportOf(result);
        expect(report).toMatchObject({state: 'synced', figures: {sourceBytes: 3_000_001, targetBytes: 3_000_001}});
        if (where !== 'at this end') expect(report.notes.join()).toContain('cannot be known');
      }
    });
  }

  it('on this machine, for a local target', async () => {
    const folder = await temporaryFolder();
    const [source, target] = [join(folder, 's.img'), join(folder, 't.img')];
    await writePair(source, target, 1_000_000, 9);
    const result = await runProgram(BDSYNC_MANAGER, [
      'sync',
      source,
      target,
      `--local-bdsync-bin=${native}`,
      `--state-dir=${join(folder, 'state')}`,
    ]);
    expect(result).toMatchObject({status: 0, stdout: '', stderr: ''});
    expect(await sha256(target)).toBe(await sha256(source));
  });

  it('does not hide that the far end greets before the protocol', async () => {
    const folder = await temporaryFolder();
    const [source, target] = [join(folder, 's.img'), join(folder, 't.img')];
    await writePair(source, target, 50_000, 3);
    const connection = join(folder, 'connection');
    await writeFile(
      connection,
      '#!/bin/sh\ncase "$*" in *--server*) echo "Welcome to the backup host!" ;; esac\nexec "$@"\n',
      {mode: 0o755},
    );
    const result = await syncThrough(connection, folder, source, target, `--local-bdsync-bin=${native}`);
    expect(result).toMatchObject({status: 3});
    expect(taskReportOf(result)).toMatchObject({
      failure: {
        message: expect.stringMatching(/"Welcome to the backup host!".* for .*t\.img/),
        target: {state: 'untouched'},
      },
    });
  });

  it('tells its own failure: sizes that differ', async () => {
    const folder = await temporaryFolder();
    const [source, target] = [join(folder, 's.img'), join(folder, 't.img')];
    await writeFile(source, noise(9000, 1));
    await writeFile(target, noise(8000, 1));
    const result = await syncThrough('env A=1', folder, source, target, `--local-bdsync-bin=${native}`);
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('Different sizes')});
    expect(taskReportOf(result)).toMatchObject({failure: {code: 'size-mismatch'}});
  });
});

/** Waits until a note in the state folder of the target's host names the target: a run holds it now. */
async function untilHeld(target: string): Promise<void> {
  const folder = join(remoteState, 'targets');
  await until(`somebody who holds ${target}`, async () => {
    const names = await readdir(folder).catch(() => []);
    const notes = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8').catch(() => '')));
    return notes.some((note) => note.includes(target));
  });
}
