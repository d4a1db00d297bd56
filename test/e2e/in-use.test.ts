import {execFileSync} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise} from '../support/images.js';
import {attachLoopDevice, mountOn, noLoopDevices} from '../support/loop-device.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC} from '../support/spawn-program.js';
import {syncImages} from '../support/sync-images.js';
import {temporaryFolder} from '../support/temporary-folder.js';

if (noLoopDevices !== undefined) console.warn(`skipped, ${noLoopDevices}`);

const SIZE = 4 * 1024 * 1024;

async function mountedDevice(folder: string): Promise<string> {
  await writeFile(join(folder, 's.img'), noise(SIZE, 1));
  await writeFile(join(folder, 't.img'), Buffer.alloc(SIZE));
  execFileSync('mkfs.ext4', ['-q', join(folder, 't.img')], {stdio: 'pipe'});
  const device = attachLoopDevice(join(folder, 't.img'));
  mountOn(join(folder, 'mounted'), ['-o', 'ro', device]);
  return device;
}

describe.skipIf(noLoopDevices !== undefined)('a target that is in use', () => {
  for (const [where, options] of [
    ['here', []],
    ['on a far end of ours', ['--connection-command=env A=1', `--remote-bdsync-bin=${BDSYNC}`]],
  ] as const) {
    it(`${where}: a mounted device is refused and left alone; a key allows it`, async () => {
      const folder = await temporaryFolder();
      const device = await mountedDevice(folder);
      const before = await readFile(join(folder, 't.img'));
      const refused = await syncImages(folder, device, ...options);
      expect(refused).toMatchObject({status: 3, stderr: expect.stringContaining('--allow-target-in-use')});
      expect(taskReportOf(refused)).toMatchObject({failure: {code: 'target-in-use'}});
      expect((await readFile(join(folder, 't.img'))).equals(before)).toBe(true);
      const allowed = await syncImages(folder, device, '--allow-target-in-use', ...options);
      expect(allowed).toMatchObject({status: 0});
      expect((await readFile(device)).equals(noise(SIZE, 1))).toBe(true);
    });
  }

  it('an image behind a loop device is refused', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 's.img'), noise(SIZE, 1));
    await writeFile(join(folder, 't.img'), Buffer.alloc(SIZE));
    attachLoopDevice(join(folder, 't.img'));
    expect(taskReportOf(await syncImages(folder, join(folder, 't.img')))).toMatchObject({
      failure: {code: 'target-in-use'},
    });
  });

  it('and the device behind which the source is, is refused as the source', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 's.img'), noise(SIZE, 1));
    const device = attachLoopDevice(join(folder, 's.img'));
    const result = await syncImages(folder, device);
    expect(taskReportOf(result)).toMatchObject({state: 'failed', failure: {code: 'same-device'}});
  });
});
