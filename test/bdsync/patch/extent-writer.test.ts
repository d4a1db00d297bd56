import {expect, it} from 'vitest';
import type {Device} from '#dist/bdsync/device/device.js';
import {ExtentWriter} from '#dist/bdsync/patch/extent-writer.js';

const MIB = 1024 * 1024;

/** What is done to a device, in order; `write` may refuse. */
function watchedDevice(write: Device['write'] = () => Promise.resolve()) {
  const story: string[] = [];
  const device: Pick<Device, 'write' | 'sync'> = {
    async write(buffer, position) {
      story.push(`write ${buffer.length} at ${position}`);
      await write(buffer, position);
    },
    async sync() {
      story.push('sync');
    },
  };
  return {device, story};
}

it('brings to the medium every 256 MiB, so that no sync is long and silent', async () => {
  const {device, story} = watchedDevice();
  const writer = new ExtentWriter(device);
  const data = Buffer.alloc(MIB);
  for (let index = 0; index < 600; index += 1) await writer.add(index * MIB, data);
  await writer.flush();
  const syncs = story.flatMap((entry, index) => (entry === 'sync' ? [index] : []));
  expect(syncs).toEqual([256, 513]);
  expect(writer.writtenBytes).toBe(600 * MIB);
});

it('has begun as soon as the device was given anything, also when it refused it', async () => {
  const {device} = watchedDevice(() => Promise.reject(new Error('no space left')));
  const writer = new ExtentWriter(device);
  expect(writer.hasBegun).toBe(false);
  await writer.add(0, Buffer.from('gathered'));
  expect(writer.hasBegun).toBe(false);
  await expect(writer.flush()).rejects.toThrow('no space left');
  expect([writer.hasBegun, writer.writtenBytes]).toEqual([true, 0]);
});
