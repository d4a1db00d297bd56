import {closeSync} from 'node:fs';
import {readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect, test} from 'vitest';
import {holdTarget} from '#dist/bdsync/device/target-hold.js';
import {openTargetDuring} from '#dist/bdsync/sealed/open-target.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

async function target() {
  const folder = await temporaryFolder();
  const targetPath = join(folder, 'target.img');
  await writeFile(targetPath, Buffer.alloc(8192));
  const stateDir = join(folder, 'state');
  return {targetPath, stateDir, isHeld: false, hold: () => holdTarget(targetPath, {holder: 'a test', stateDir})};
}

async function notesIn(stateDir: string): Promise<string[]> {
  const entries = await readdir(stateDir, {recursive: true, withFileTypes: true});
  return entries.filter((entry) => entry.isFile()).map(({name}) => name);
}

test('a target is ours and open when the work is done, whatever takes longer', async () => {
  for (const workMs of [0, 300]) {
    const request = await target();
    const {target: opened, value} = await openTargetDuring(request, () => sleep(workMs, 'done'));
    expect(value).toBe('done');
    expect(opened.device.sizeBytes).toBe(8192);
    expect(opened.identity).toMatch(/^file:[\da-f]+:\d+$/);
    await expect(request.hold()).rejects.toMatchObject({code: 'target-locked'});
    await opened[Symbol.asyncDispose]();
    await using again = await request.hold();
    expect(again.facts.lastingIdentity).toBe(opened.identity);
  }
});

test.each([
  ['before the target is open', 0],
  ['afterwards', 500],
])('work that fails %s is what is told, and the target is let go', async (_, workMs) => {
  const request = await target();
  const failing = openTargetDuring(request, async () => {
    await sleep(workMs);
    throw new Error('the work failed');
  });
  await expect(failing).rejects.toThrow('the work failed');
  expect(await notesIn(request.stateDir).catch(() => [])).toEqual([]);
  await using _hold = await request.hold();
});

test('a target that somebody else has is told when the work is done', async () => {
  const request = await target();
  await using _other = await request.hold();
  let isDone = false;
  const work = async (): Promise<void> => {
    await sleep(200);
    isDone = true;
  };
  await expect(openTargetDuring(request, work)).rejects.toMatchObject({
    code: 'target-locked',
    message: expect.stringContaining('a test'),
  });
  expect(isDone).toBe(true);
  await expect(openTargetDuring(request, () => Promise.reject(new Error('so did this')))).rejects.toThrow(
    'so did this',
  );
});

test('a stop from outside is heard', async () => {
  const request = await target();
  const stop = new AbortController();
  const opening = openTargetDuring({...request, signal: stop.signal}, () => Promise.resolve());
  stop.abort();
  await expect(opening).rejects.toMatchObject({code: 'cancelled'});
  await using _hold = await request.hold();
});

test('a target whose device cannot be closed is let go all the same', async () => {
  const request = await target();
  const {target: opened} = await openTargetDuring(request, () => Promise.resolve());
  closeSync(opened.device.descriptor);
  await expect(opened[Symbol.asyncDispose]()).rejects.toMatchObject({code: 'EBADF'});
  await using _hold = await request.hold();
});
