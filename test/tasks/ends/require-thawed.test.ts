import {execFileSync} from 'node:child_process';
import {truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {requireThawed} from '#dist/tasks/ends/require-thawed.js';
import {attachLoopDevice, mountOn, noLoopDevices} from '../../support/loop-device.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const OLD = '6.1.0-38-amd64';
const skip = noLoopDevices ?? whyNoFreezing();

function whyNoFreezing(): string | undefined {
  try {
    execFileSync('mkfs.ext4', ['-V'], {stdio: 'pipe'});
    execFileSync('fsfreeze', ['--version'], {stdio: 'pipe'});
    return undefined;
  } catch {
    return 'mkfs.ext4 or fsfreeze is missing';
  }
}

it('has nothing to say about a file', async () => {
  const image = join(await temporaryFolder(), 'disk.img');
  await writeFile(image, '');
  await requireThawed(image, {kernel: OLD});
});

describe.skipIf(skip !== undefined)(
  `a volume that is mounted${skip === undefined ? '' : ` (skipped: ${skip})`}`,
  () => {
    it('may be frozen by LVM, unless somebody else has done that', async () => {
      const folder = await temporaryFolder();
      const image = join(folder, 'disk.img');
      await writeFile(image, '');
      await truncate(image, 8 * 2 ** 20);
      const device = attachLoopDevice(image);
      execFileSync('mkfs.ext4', ['-q', device], {stdio: 'pipe'});
      const place = join(folder, 'mounted here');
      mountOn(place, [device]);
      await requireThawed(device, {kernel: OLD});
      execFileSync('fsfreeze', ['-f', place]);
      try {
        await expect(requireThawed(device, {kernel: OLD, patienceMs: 300})).rejects.toMatchObject({
          code: 'snapshot-hook',
          message: expect.stringContaining(`its own file system is frozen (${place})`),
        });
        await requireThawed(device, {kernel: '6.8.0', patienceMs: 300});
        await requireThawed(device, {kernel: '7.0.1', patienceMs: 300});
      } finally {
        execFileSync('fsfreeze', ['-u', place]);
      }
      // What waited there is over before it is unmounted.
      await requireThawed(device, {kernel: OLD});
      await sleep(200);
    });
  },
);
