import {chmod, mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {sha256, writePair} from '../support/images.js';
import {attachLoopDevice, mountOn, noLoopDevices} from '../support/loop-device.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {taskReportOf} from '../support/reports.js';
import {installedShells} from '../support/shells.js';
import {BDSYNC, BDSYNC_MANAGER, runCommand, runProgram, type ProgramResult} from '../support/spawn-program.js';
import {sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

const noSshd = sshdMissing();
if (noSshd !== undefined) console.warn(`skipped, ${noSshd}`);
if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);
if (noLoopDevices !== undefined) console.warn(`skipped, ${noLoopDevices}`);

interface World {
  readonly folder: string;
  /** Runs the manager with these words and one task, from s.img to t.img where the keys name no other target. */
  readonly manager: (keys: Readonly<Record<string, string>>, ...words: string[]) => Promise<ProgramResult>;
}

async function prepare(): Promise<World> {
  const folder = await temporaryFolder();
  const state = join(folder, 'state');
  await writePair(join(folder, 's.img'), join(folder, 't.img'), 300_000, 10);
  return {
    folder,
    async manager(keys, ...words) {
      const config = await writeConfig(join(folder, 'tasks.conf'), {
        disk: {
          source_path: join(folder, 's.img'),
          target_path: join(folder, 't.img'),
          state_dir: state,
          ...(keys['target_patch_dir'] === undefined && {apply_patch_in_place: 'yes'}),
          ...keys,
        },
      });
      return await runProgram(BDSYNC_MANAGER, ['--config', config, ...words], {
        STATE_DIRECTORY: state,
        HOME: folder,
        BDSYNC_MANAGER_CONFINED: 'yes',
      });
    },
  };
}

/** That check, a rehearsal and a run all refuse, with these words. */
async function expectRefused(
  {manager}: World,
  keys: Readonly<Record<string, string>>,
  ...texts: readonly string[]
): Promise<void> {
  for (const words of [['check'], ['--dry-run'], []]) {
    const {status, stdout, stderr} = await manager(keys, ...words);
    expect({words, status}).toEqual({words, status: 3});
    for (const text of texts) expect(stdout + stderr).toContain(text);
  }
}

describe('what a run needs is looked at before anything is made', () => {
  it('the patch folder, before a missing target is created', async () => {
    const world = await prepare();
    const [missing, file] = [join(world.folder, 'no patches'), join(world.folder, 's.img')];
    const keys = {target_path: join(world.folder, 'new.img'), create_target_if_missing: 'yes'};
    await expectRefused(world, {...keys, target_patch_dir: missing}, `${missing} on this machine does not exist`);
    await expectRefused(world, {...keys, target_patch_dir: file}, `${file} on this machine is not a folder`);
    expect(await readdir(world.folder)).not.toContain('new.img');
    const {stderr} = await world.manager({target_patch_dir: missing});
    expect(stderr).toContain('create it on that host');
    expect(stderr).not.toContain('systemd');
  });

  it.skipIf(noLoopDevices !== undefined)(
    'the right to write the patch folder, and the folder of a new target',
    async () => {
      const world = await prepare();
      const fixed = join(world.folder, 'fixed');
      mountOn(fixed, ['-t', 'tmpfs', '-o', 'ro', 'tmpfs']);
      await expectRefused(world, {target_patch_dir: fixed}, `${fixed} on this machine may not be written`, 'read-only');
      const {stderr} = await world.manager({target_patch_dir: fixed});
      expect(stderr).toMatch(/must not be read-only[^]*run bdsync-manager install systemd again/);
      const keys = {target_path: join(fixed, 'new.img'), create_target_if_missing: 'yes'};
      await expectRefused(world, keys, 'cannot be created on this machine', 'read-only');
    },
  );

  it('who else may put a patch into the patch folder', async () => {
    const world = await prepare();
    const open = join(world.folder, 'open');
    await mkdir(open);
    const told = `everybody on this machine may put another patch in the place of one in ${open}`;
    for (const [mode, isTold] of [
      [0o777, true],
      [0o1777, false],
      [0o775, false],
    ] as const) {
      await chmod(open, mode);
      const {status, stdout, stderr} = await world.manager({target_patch_dir: open}, 'check');
      expect(status).toBe(0);
      expect((stdout + stderr).includes(told)).toBe(isTold);
      const run = await world.manager({target_patch_dir: open}, '--json');
      expect(run.stderr.includes(told)).toBe(isTold);
      expect(taskReportOf(run).notes.some((note) => note.startsWith(told))).toBe(isTold);
    }
  });

  it.skipIf(noSshd !== undefined)('what a login shell prints', async () => {
    const world = await prepare();
    await using sshd = await startSshd({banner: 'Welcome home!\n'});
    const keys = {
      connection_command: sshd.connectionCommand,
      remote_bdsync_bin: BDSYNC,
      target_path: join(world.folder, 'new.img'),
      create_target_if_missing: 'yes',
    };
    await expectRefused(world, keys, 'adds to the output of every program: "Welcome home!"', 'login shell');
    expect(await readdir(world.folder)).not.toContain('new.img');
  });

  it.skipIf(noSshd !== undefined)('a terminal on the way', async () => {
    const world = await prepare();
    await using sshd = await startSshd();
    const [ssh = '', ...words] = sshd.connectionWords;
    const keys = {connection_command: [ssh, '-tt', ...words].join(' '), remote_bdsync_bin: BDSYNC};
    await expectRefused(world, keys, 'runs programs on a terminal', 'take the option for a terminal (-t, -tt) out');
  });

  it('that the program at the other end is a bdsync', async () => {
    const world = await prepare();
    const keys = {connection_command: 'env A=1', remote_bdsync_bin: '/usr/bin/true'};
    await expectRefused(world, keys, '/usr/bin/true on env', 'is no bdsync', 'remote_bdsync_bin');
  });

  it('that the source is there, in a stage of its own', async () => {
    const {folder, manager} = await prepare();
    const result = await manager({source_path: join(folder, 'none.img')}, '--json');
    expect(taskReportOf(result)).toMatchObject({failure: {stage: 'check source', code: 'source-unusable'}});
  });
});

it.skipIf(noSshd !== undefined)('a connection without standard input is told as one', async () => {
  const {manager} = await prepare();
  await using sshd = await startSshd();
  const [ssh = '', ...words] = sshd.connectionWords;
  const keys = {connection_command: [ssh, '-n', ...words].join(' '), remote_bdsync_bin: BDSYNC};
  const result = await manager(keys);
  expect(result.status).toBe(3);
  expect(result.stderr).toContain('ssh without -n');
});

it('a host out of reach is tried once in a run', async () => {
  const folder = await temporaryFolder();
  await writePair(join(folder, 's.img'), join(folder, 't.img'), 5000, 1);
  const ssh = join(folder, 'ssh');
  await writeFile(
    ssh,
    `#!/bin/sh\necho tried >>${join(folder, 'tries')}\necho 'ssh: connect to host store port 22: No route to host' >&2\nexit 255\n`,
  );
  await chmod(ssh, 0o755);
  const task = {
    source_path: join(folder, 's.img'),
    target_path: join(folder, 't.img'),
    connection_command: `${ssh} store`,
  };
  const keys = {...task, apply_patch_in_place: 'yes', state_dir: join(folder, 'state')};
  const config = await writeConfig(join(folder, 'tasks.conf'), {one: keys, two: keys, three: keys});
  const result = await runProgram(BDSYNC_MANAGER, ['--config', config], {HOME: folder});
  expect(result.status).toBe(3);
  expect(result.stderr.match(/No route to host \(as before\)/g)).toHaveLength(2);
  expect(await readFile(join(folder, 'tries'), 'utf8')).toBe('tried\n');
});

describe.skipIf(noSshd !== undefined)('a login shell of another family', () => {
  it.each(installedShells())('does for a run: $name', async ({command}) => {
    const {folder, manager} = await prepare();
    await mkdir(join(folder, 'patches!'));
    await using sshd = await startSshd({remoteShell: command.join(' '), environment: {STATE_DIRECTORY: folder}});
    const keys = {
      connection_command: sshd.connectionCommand,
      remote_bdsync_bin: BDSYNC,
      target_patch_dir: join(folder, 'patches!'),
      target_path: join(folder, `it's "new"! $x.img`),
      create_target_if_missing: 'yes',
    };
    expect(await manager(keys)).toMatchObject({status: 0});
    expect(await sha256(keys.target_path)).toBe(await sha256(join(folder, 's.img')));
  });
});

describe.skipIf(noLoopDevices !== undefined)('a target in use', () => {
  it('is refused by a rehearsal and by check as by the run', async () => {
    const world = await prepare();
    const device = await mountedDevice(world.folder);
    await expectRefused(world, {target_path: device}, 'in use');
  });

  it.skipIf(nativeBdsync === undefined)('is refused on the host of an original bdsync; a key allows it', async () => {
    const world = await prepare();
    const device = await mountedDevice(world.folder);
    const before = await readFile(device);
    const native = {connection_command: 'env A=1', remote_bdsync_bin: nativeBdsync ?? ''};
    await expectRefused(
      world,
      {...native, target_path: device},
      `${device} on env`,
      'mounted on',
      'allow_target_in_use',
    );
    expect((await readFile(device)).equals(before)).toBe(true);
    const image = join(world.folder, 'fs.img');
    await expectRefused(world, {...native, target_path: image}, 'is in use: by loop', 'allow_target_in_use');
    const allowed = {...native, target_path: device, allow_target_in_use: 'yes', bdsync_args: '--diffsize=minsize'};
    expect(await world.manager(allowed)).toMatchObject({status: 0});
  });
});

describe.skipIf(noLoopDevices !== undefined)('a device of another size than its source, with --diffsize=resize', () => {
  it.each([
    ['in place', {}],
    ['through a file', {target_patch_dir: 'patches'}],
    ['behind a connection', {connection_command: 'env A=1', remote_bdsync_bin: BDSYNC}],
  ])('is refused before anything is compared or noted: %s', async (_flow, keys) => {
    const world = await prepare();
    const {folder} = world;
    await mkdir(join(folder, 'patches'));
    await writeFile(join(folder, 'small.img'), Buffer.alloc(200_704));
    const device = attachLoopDevice(join(folder, 'small.img'));
    const given = {
      ...keys,
      ...('target_patch_dir' in keys && {target_patch_dir: join(folder, keys.target_patch_dir)}),
      target_path: device,
      bdsync_args: '--diffsize=resize',
    };
    const sizes = `the device ${device} has 200704 bytes, its source has 300000, and a device cannot be resized here`;
    await expectRefused(world, given, sizes, 'make the device as large as the source by hand');
    const {stderr} = await world.manager(given);
    expect(stderr).not.toContain('--diffsize=resize');
    expect(stderr).not.toContain('partly written');
    expect(await readdir(join(folder, 'patches'))).toEqual([]);
    expect((await world.manager(given, 'check')).stdout).not.toContain('incomplete');
  });
});

async function mountedDevice(folder: string): Promise<string> {
  await writeFile(join(folder, 'fs.img'), Buffer.alloc(4 * 1024 * 1024));
  await runCommand('mkfs.ext4', ['-q', join(folder, 'fs.img')]);
  const device = attachLoopDevice(join(folder, 'fs.img'));
  mountOn(join(folder, 'mounted'), ['-o', 'ro', device]);
  return device;
}
