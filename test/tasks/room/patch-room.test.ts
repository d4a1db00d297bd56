import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS} from '#dist/bdsync/client.js';
import {diffDevices} from '#dist/bdsync/local-diff.js';
import {openDevice} from '#dist/bdsync/device/device.js';
import {leastContent, leastJournal} from '#dist/tasks/room/least-journal.js';
import {PatchRoom} from '#dist/tasks/room/patch-room.js';
import {TaskError} from '#dist/tasks/task-error.js';
import {PatchCollector} from '../../support/bdsync-session.js';
import {noise} from '../../support/images.js';
import {sealedImages} from '../../support/sealed-images.js';

const MIB = 2 ** 20;
const PLACE = {folder: '/srv/patches', hostName: 'ssh store'};
const EQUAL = {sourceBytes: 2 ** 30, targetBytes: 2 ** 30};

const line = (freeBytes: number): string => `room 7 /dev/vda 99999999 1 ${freeBytes / 1024} 1% /srv`;

/** What comes of a look that finds so much room when so much was sent. */
async function look(
  freeBytes: number,
  sentBytes: number,
  changes: {sizes?: typeof EQUAL; sealedBlockBytes?: number | undefined} = {},
) {
  const room = new PatchRoom({...PLACE, sealedBlockBytes: 4096, ...changes});
  room.begin(changes.sizes ?? EQUAL);
  room.add(sentBytes);
  expect(room.take(line(freeBytes))).toBe(true);
  return await Promise.race([room.tooSmall, Promise.resolve('enough')]);
}

describe('the room for a patch', () => {
  it('is too small when the journal of what has come cannot fit any more', async () => {
    expect(await look(90 * MIB, 100 * MIB)).toMatchObject({
      code: 'disk-full',
      message:
        'no room for the undo journal in /srv/patches on ssh store: 90.0MiB left beside 100.0MiB of patch so far, ' +
        'which needs at least 97.9MiB more',
      hint: expect.stringMatching(/make room in \/srv\/patches .*target_patch_dir.*apply_patch_in_place = yes/),
    });
  });

  it('is enough when it may fit', async () => {
    expect(await look(98 * MIB, 100 * MIB)).toBe('enough');
    expect(await look(0, 0)).toBe('enough');
  });

  it('need not have a journal where there will be none, or none to speak of', async () => {
    expect(await look(MIB, 100 * MIB, {sealedBlockBytes: undefined})).toBe('enough');
    expect(await look(MIB, 100 * MIB, {sizes: {sourceBytes: 2 ** 30, targetBytes: 2 ** 29}})).toBe('enough');
    expect(await look(MIB, 100 * MIB, {sizes: {sourceBytes: 2 ** 29, targetBytes: 2 ** 30}})).toBeInstanceOf(TaskError);
  });

  it('is not known to be too small before anybody has told the sizes, or how much there is', async () => {
    const room = new PatchRoom({...PLACE, sealedBlockBytes: 4096});
    room.add(100 * MIB);
    room.take(line(MIB));
    room.begin(EQUAL);
    room.take('room 0 ');
    expect(room.take('dd: error writing')).toBe(false);
    expect(await Promise.race([room.tooSmall, Promise.resolve('enough')])).toBe('enough');
  });

  it('that was used up is told with what is left and what was sent', () => {
    const room = new PatchRoom({...PLACE, sealedBlockBytes: 4096});
    room.add(3 * MIB);
    room.take(line(12 * 1024));
    const cause = new TaskError('disk-full', 'storing failed', {errorLines: ['dd: Disk quota exceeded']});
    expect(room.full(cause)).toMatchObject({
      code: 'disk-full',
      message:
        'no room for the patch in /srv/patches on ssh store: 12.0KiB left, 3.0MiB of it so far, and its undo journal needs about as much again',
      errorLines: ['dd: Disk quota exceeded'],
      hint: expect.stringContaining('/srv/patches'),
      cause,
    });
  });
});

describe('the least size of a journal', () => {
  it.each([512, 4096, 65_536])('is no more than what the patch brings, with blocks of %i bytes', async (blockBytes) => {
    const {folder} = await sealedImages({source: noise(MIB, 3), target: noise(MIB, 4)});
    for (const digest of ['md5', 'sha512']) {
      await using source = await openDevice(`${folder}/source.img`, 'read');
      await using target = await openDevice(`${folder}/target.img`, 'read');
      const patch = new PatchCollector();
      const options = {...DEFAULT_DIFF_OPTIONS, blockBytes, digest};
      const request = {source, target, options, seal: {targetIdentity: ''}, writePatch: patch.write};
      const {differingBytes, patchBytes} = await diffDevices(request);
      expect(leastContent(patchBytes, blockBytes)).toBeLessThanOrEqual(differingBytes);
      expect(leastContent(patchBytes, blockBytes)).toBeGreaterThan(differingBytes * 0.85);
    }
  });

  it('leaves out what is behind the old end of the target', () => {
    expect(leastJournal(100, {sourceBytes: 1030, targetBytes: 1000})).toBe(70);
    expect(leastJournal(10, {sourceBytes: 1030, targetBytes: 1000})).toBe(0);
    expect(leastJournal(100, {sourceBytes: 1000, targetBytes: 1030})).toBe(100);
  });
});
