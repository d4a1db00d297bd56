import {execFileSync} from 'node:child_process';
import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {useOfDevice} from '#dist/tasks/init/device-use.js';
import {findDevices} from '#dist/tasks/init/find-devices.js';
import {lookAtSource} from '#dist/tasks/init/look-at-source.js';
import {IDLE_DEVICE} from '../../support/idle-device.js';
import {attachLoopDevice, mountOn, noLoopDevices} from '../../support/loop-device.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

if (noLoopDevices !== undefined) console.warn(`skipped, ${noLoopDevices}`);

const SIZE = 4 * 2 ** 20;
const {signal} = new AbortController();

async function found(path: string) {
  const {devices} = await findDevices(signal);
  return devices.find((device) => device.path === path);
}

describe.skipIf(noLoopDevices !== undefined)('what there is on this machine', () => {
  test('has devices with their sizes, and no loop device without a file', async () => {
    const image = join(await temporaryFolder(), 'a.img');
    await writeFile(image, Buffer.alloc(SIZE));
    const device = attachLoopDevice(image);
    expect(await found(device)).toEqual({path: device, sizeBytes: SIZE, kind: 'loop device', ...IDLE_DEVICE});
    const free = execFileSync('losetup', ['--find'], {encoding: 'utf8'}).trim();
    expect(await found(free)).toBeUndefined();
  });

  test('tells of LUKS by the first bytes', async () => {
    const image = join(await temporaryFolder(), 'a.img');
    const bytes = Buffer.alloc(SIZE);
    bytes.write('LUKS\xba\xbe\0\x02', 'latin1');
    await writeFile(image, bytes);
    expect(await found(attachLoopDevice(image))).toMatchObject({luksVersion: 2});
  });

  test('tells where a file system is mounted, also that of a partition', async () => {
    const folder = await temporaryFolder();
    const image = join(folder, 'a.img');
    await writeFile(image, Buffer.alloc(SIZE));
    execFileSync('mkfs.ext4', ['-q', image], {stdio: 'pipe'});
    const device = attachLoopDevice(image);
    const mounted = join(folder, 'with blank');
    mountOn(mounted, [device]);
    expect(await found(device)).toMatchObject({kind: 'loop device', mountPoints: [mounted]});

    const disk = join(folder, 'sys', 'sdz');
    await mkdir(join(disk, 'sdz1'), {recursive: true});
    await writeFile(join(disk, 'sdz1', 'partition'), '1\n');
    await writeFile(join(disk, 'sdz1', 'dev'), await readFile(`/sys/class/block/${basename(device)}/dev`));
    const use = await useOfDevice('/dev/null', {major: 8, minor: 400}, signal, {folder: disk});
    expect(use).toEqual({...IDLE_DEVICE, mountPoints: [mounted]});
  });

  test('reads no more where one device does not answer, and looks at the rest all the same', async () => {
    const folder = await temporaryFolder();
    const devices: string[] = [];
    for (const name of ['a', 'b']) {
      await writeFile(join(folder, name), Buffer.alloc(SIZE));
      devices.push(attachLoopDevice(join(folder, name)));
    }
    const sysfs = join(folder, 'sys');
    await mkdir(sysfs);
    for (const name of devices.map((path) => basename(path))) {
      await symlink(`/sys/class/block/${name}`, join(sysfs, name));
    }
    const asked: (boolean | undefined)[] = [];
    const {devices: seen} = await findDevices(signal, {
      folder: sysfs,
      async useOf(_path, _device, _signal, {isRead} = {}) {
        asked.push(isRead);
        return {...IDLE_DEVICE, silence: isRead ? 'late' : undefined};
      },
    });
    expect(asked).toEqual([true, false]);
    expect(seen.map(({path}) => path).toSorted()).toEqual(devices.toSorted());
  });

  test.each([
    ['late', /does not answer/],
    ['suspended', /is suspended/],
  ] as const)('a source that is %s is refused before anything else reads it', async (silence, message) => {
    const image = join(await temporaryFolder(), 'a.img');
    await writeFile(image, Buffer.alloc(SIZE));
    const looking = lookAtSource(attachLoopDevice(image), signal, {useOf: async () => ({...IDLE_DEVICE, silence})});
    await expect(looking).rejects.toMatchObject({code: 'source-unusable', message: expect.stringMatching(message)});
  });

  test('has nothing of a folder that tells nothing', async () => {
    expect(await findDevices(signal, {folder: '/nowhere'})).toEqual({devices: [], lvmTrouble: undefined});
  });

  test('a source that is no logical volume has none behind it', async () => {
    const image = join(await temporaryFolder(), 'a.img');
    await writeFile(image, Buffer.alloc(SIZE));
    expect(await lookAtSource(image, signal)).toEqual({
      path: image,
      sizeBytes: SIZE,
      use: undefined,
      volume: undefined,
    });
    const device = attachLoopDevice(image);
    expect(await lookAtSource(device, signal)).toEqual({
      path: device,
      sizeBytes: SIZE,
      use: IDLE_DEVICE,
      volume: undefined,
    });
  });
});

test.each([
  ['/nowhere', 'source-unusable'],
  ['/', 'source-unusable'],
])('%s is no source', async (path, code) => {
  await expect(lookAtSource(path, signal)).rejects.toMatchObject({code});
});
