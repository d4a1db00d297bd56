import {expect, test} from 'vitest';
import {type DeviceIdentity} from '#dist/device-identity.js';
import {refuseSource} from '#dist/tasks/ends/refuse-source.js';

const disk: DeviceIdentity = {bootId: 'here', kind: 'block', major: 8, minor: 1, inode: '0'};

test('a target that is the source is refused', async () => {
  await expect(refuseSource('/dev/sda1', disk, '/dev/disk/by-label/data', disk)).rejects.toMatchObject({
    code: 'same-device',
    message: 'the source /dev/sda1 and the target /dev/disk/by-label/data are the same device',
    hint: 'name a target_path that shares nothing with the source',
  });
});

test('a device with the same numbers on another machine is another device', async () => {
  await refuseSource('/dev/sda1', disk, '/dev/sda1', {...disk, bootId: 'there'});
});

test('a file on the source device is refused on the same machine alone', async () => {
  const file: DeviceIdentity = {...disk, kind: 'file', inode: '12'};
  await expect(refuseSource('/dev/sda1', disk, '/srv/disk.img', file)).rejects.toMatchObject({
    code: 'same-device',
    hint: 'one is built upon the other; name a target_path that shares nothing with the source',
  });
  await refuseSource('/dev/sda1', disk, '/srv/disk.img', {...file, bootId: 'there'});
});
