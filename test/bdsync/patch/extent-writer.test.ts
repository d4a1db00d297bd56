import {expect, it} from 'vitest';
import type {Device} from '#dist/bdsync/device/device.js';
import {ExtentWriter} from '#dist/bdsync/patch/extent-writer.js';

/** What is written at once at most. */
const RUN_BYTES = 2 * 1024 * 1024;

type WatchedDevice = Pick<Device, 'write' | 'writeNow' | 'sync'>;

/** What is done to a device, in order; each of the ways may refuse. */
function watchedDevice({write, sync}: {write?: () => Promise<void>; sync?: () => Promise<void>} = {}) {
  const story: string[] = [];
  const tell = (buffers: readonly Uint8Array[], position: number): void => {
    story.push(`${buffers.reduce((bytes, {length}) => bytes + length, 0)} at ${position}`);
  };
  const device: WatchedDevice = {
    async write(buffers, position) {
      tell(buffers, position);
      await write?.();
    },
    writeNow: tell,
    async sync() {
      story.push('sync');
      await sync?.();
    },
  };
  return {device, story};
}

it('writes adjacent extents together, and others by themselves, in their order', async () => {
  const {device, story} = watchedDevice();
  const writer = new ExtentWriter(device);
  const small = Buffer.alloc(4096);
  const large = Buffer.alloc(32768);
  for (const position of [0, 4096, 8192, 40960, 4096]) await writer.add(position, small);
  for (let index = 0; index < 72; index += 1) await writer.add(RUN_BYTES + index * 32768, large);
  await writer.add(0, small);
  await writer.flush();
  expect(story).toEqual([
    '12288 at 0',
    '4096 at 40960',
    '4096 at 4096',
    `${RUN_BYTES} at ${RUN_BYTES}`,
    `${8 * 32768} at ${2 * RUN_BYTES}`,
    '4096 at 0',
  ]);
  expect(writer).toMatchObject({extents: 78, writtenBytes: 6 * 4096 + 72 * 32768});
});

it('begins a write only when the one before is done', async () => {
  let isUnderWay = false;
  const {device, story} = watchedDevice({
    async write() {
      expect(isUnderWay).toBe(false);
      isUnderWay = true;
      await new Promise((resolve) => setTimeout(resolve, 5));
      isUnderWay = false;
      story.push('done');
    },
  });
  const writer = new ExtentWriter(device);
  const data = Buffer.alloc(RUN_BYTES);
  await writer.add(0, data);
  await writer.add(RUN_BYTES, data);
  await writer.add(0, Buffer.from('over it'));
  await writer.flush();
  expect(story).toEqual([`${RUN_BYTES} at 0`, 'done', `${RUN_BYTES} at ${RUN_BYTES}`, 'done', '7 at 0']);
});

it('brings to the medium every 64 MiB, so that no sync is long and silent', async () => {
  const {device, story} = watchedDevice();
  const writer = new ExtentWriter(device);
  const data = Buffer.alloc(RUN_BYTES);
  for (let index = 0; index < 75; index += 1) await writer.add(index * RUN_BYTES, data);
  await writer.flush();
  const syncs = story.flatMap((entry, index) => (entry === 'sync' ? [index] : []));
  expect(syncs).toEqual([32, 65]);
  expect(writer.writtenBytes).toBe(75 * RUN_BYTES);
});

it('passes on in the end that the medium refused on the way', async () => {
  const {device} = watchedDevice({sync: () => Promise.reject(new Error('the disk is gone'))});
  const writer = new ExtentWriter(device);
  const data = Buffer.alloc(RUN_BYTES);
  for (let index = 0; index < 35; index += 1) await writer.add(index * RUN_BYTES, data);
  await expect(writer.finish()).rejects.toThrow('the disk is gone');
  await writer.abandon();
});

it('passes on a refused write with the next extent or the end', async () => {
  const {device} = watchedDevice({write: () => Promise.reject(new Error('no space left'))});
  const writer = new ExtentWriter(device);
  const data = Buffer.alloc(RUN_BYTES);
  await writer.add(0, data);
  await writer.add(RUN_BYTES, data);
  await expect(writer.add(0, data)).rejects.toThrow('no space left');
  await expect(writer.flush()).rejects.toThrow('no space left');
});

it('has begun as soon as the device was given anything, also when it refused it', async () => {
  const {device} = watchedDevice();
  device.writeNow = () => {
    throw new Error('no space left');
  };
  const writer = new ExtentWriter(device);
  expect(writer.hasBegun).toBe(false);
  await writer.add(0, Buffer.from('gathered'));
  expect(writer.hasBegun).toBe(false);
  await expect(writer.flush()).rejects.toThrow('no space left');
  expect([writer.hasBegun, writer.writtenBytes]).toEqual([true, 0]);
});
