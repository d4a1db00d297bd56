import {execFileSync} from 'node:child_process';
import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {beforeEach, describe, expect, it, onTestFinished} from 'vitest';
import {noise, sha256} from '../support/images.js';
import {attachLoopDevice, noLoopDevices} from '../support/loop-device.js';
import {taskReportOf} from '../support/reports.js';
import {runBdsync, serverCommand} from '../support/run-bdsync.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {syncImages} from '../support/sync-images.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

if (noLoopDevices !== undefined) console.warn(`skipped, ${noLoopDevices}`);

const SIZE = 1024 * 1024;
const FAR = {connection_command: 'env A=1', remote_bdsync_bin: BDSYNC};

let folder: string;
let device: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(join(folder, 'patches'));
  await writeFile(join(folder, 's.img'), noise(SIZE, 1));
  await writeFile(join(folder, 't.img'), noise(SIZE, 2));
});

function setReadOnly(): void {
  device = attachLoopDevice(join(folder, 't.img'));
  execFileSync('blockdev', ['--setro', device]);
  onTestFinished(() => void execFileSync('blockdev', ['--setrw', device]));
}

async function manager(command: string, keys: Readonly<Record<string, string>>): Promise<ProgramResult> {
  const file = await writeConfig(join(folder, 'tasks.conf'), {
    disk: {source_path: join(folder, 's.img'), target_path: device, state_dir: join(folder, 'state'), ...keys},
  });
  const words = command === 'dry-run' ? ['run', '--dry-run'] : [command];
  return await runProgram(BDSYNC_MANAGER, [...words, '--config', file], {STATE_DIRECTORY: join(folder, 'state')});
}

describe.skipIf(noLoopDevices !== undefined)('a block device that is set read-only', () => {
  for (const [where, connection] of [
    ['here', {}],
    ['at a far end', FAR],
  ] as const) {
    it(`${where}: is refused as a target before anything is stored, with the remedy, which helps`, async () => {
      setReadOnly();
      const flow = {target_patch_dir: join(folder, 'patches'), ...connection};
      for (const command of ['check', 'dry-run', 'run']) {
        const {status, stdout, stderr} = await manager(command, flow);
        const said = stdout + stderr;
        expect(said).toContain(`the target ${device} on `);
        expect(said).toContain('is a device that is set read-only');
        expect(said).toContain(`'blockdev --setrw ${device}' on that host makes it writable`);
        expect(said).not.toContain('partly written');
        expect(status).toBe(3);
      }
      expect(await readdir(join(folder, 'patches'))).toEqual([]);
      execFileSync('blockdev', ['--setrw', device]);
      expect(await manager('run', flow)).toMatchObject({status: 0, stderr: ''});
      expect(await sha256(device)).toBe(await sha256(join(folder, 's.img')));
    });
  }

  it('is compared by verify all the same', async () => {
    await writeFile(join(folder, 't.img'), noise(SIZE, 1));
    setReadOnly();
    expect(await manager('verify', {apply_patch_in_place: 'yes'})).toMatchObject({status: 0});
  });

  it.each(['--patch', '--sealed'])(
    'is refused by bdsync %s, which leaves neither a journal nor a false word',
    async (role) => {
      setReadOnly();
      const {stdout} = await runBdsync(['--seal=', serverCommand(), join(folder, 's.img'), device]);
      const patch = join(folder, 'patches', 'patch');
      await writeFile(patch, stdout);
      const {status, stderr} =
        role === '--patch'
          ? await runBdsync([`--patch=${device}`], {input: stdout})
          : await runBdsync([`--patch=${device}`, `--sealed=${patch}`]);
      const remedy = `'blockdev --setrw ${device}' makes it writable, unless the drive itself is protected`;
      expect({status, stderr}).toEqual({status: 12, stderr: `bdsync: ${device} is set read-only (${remedy})\n`});
      expect(await readdir(join(folder, 'patches'))).toEqual(['patch']);
      expect((await readFile(device)).equals(noise(SIZE, 2))).toBe(true);
    },
  );
});

it('a symbolic link that leads to nothing is told as such', async () => {
  await symlink('nowhere', join(folder, 'link'));
  const result = await syncImages(folder, join(folder, 'link'));
  expect(result.status).toBe(3);
  expect(taskReportOf(result)).toMatchObject({
    failure: {
      code: 'target-missing',
      message: expect.stringContaining(
        `${join(folder, 'link')} on this machine is a symbolic link that leads to nothing`,
      ),
      hint: expect.stringContaining('correct the link'),
    },
  });
});
