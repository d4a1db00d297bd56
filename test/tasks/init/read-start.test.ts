import {execFileSync} from 'node:child_process';
import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {useOfDevice} from '#dist/tasks/init/device-use.js';
import {readStart} from '#dist/tasks/init/read-start.js';
import {processesNaming} from '../../support/processes-naming.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {until} from '../../support/until.js';

const {signal} = new AbortController();
const NO_DEVICE = {major: 8, minor: 400};
const LONG_MS = 600_000;

/** Whoever opens it waits for somebody who writes: as good as a device that is dead. */
async function deadDevice(): Promise<string> {
  const path = join(await temporaryFolder(), 'dead');
  execFileSync('mkfifo', [path]);
  return path;
}

test('the first bytes are read as they are, and fewer where there are no more', async () => {
  const path = join(await temporaryFolder(), '-x');
  const bytes = Buffer.from(Array.from({length: 256}, (_, index) => index));
  await writeFile(path, bytes);
  expect(await readStart(path, 40, signal)).toEqual(bytes.subarray(0, 40));
  expect(await readStart(path, 300, signal)).toEqual(bytes);
});

test('what is empty, missing or a folder has none', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'empty'), '');
  for (const name of ['empty', 'missing', '.']) expect(await readStart(join(folder, name), 8, signal)).toBeUndefined();
});

test('a device that does not answer is late, and nobody goes on waiting for it', async () => {
  const path = await deadDevice();
  expect(await readStart(path, 8, signal, 50)).toBe('late');
  await until('the reader is gone', async () => (await processesNaming(path)).length === 0);
});

test('a signal ends the wait at once', async () => {
  const path = await deadDevice();
  const abort = new AbortController();
  const reading = readStart(path, 8, abort.signal, LONG_MS);
  const told = expect(reading).rejects.toThrow('by hand');
  abort.abort(new Error('by hand'));
  await told;
  await expect(readStart(path, 8, abort.signal, LONG_MS)).rejects.toThrow('by hand');
  await until('the reader is gone', async () => (await processesNaming(path)).length === 0);
});

test('of a device that is late, or suspended, the rest is told', async () => {
  const path = await deadDevice();
  expect(await useOfDevice(path, NO_DEVICE, signal, {timeoutMs: 50})).toMatchObject({
    luksVersion: undefined,
    silence: 'late',
  });
  expect(await useOfDevice(path, NO_DEVICE, signal, {isRead: false})).toMatchObject({silence: undefined});
  const folder = join(await temporaryFolder(), 'sys');
  await mkdir(join(folder, 'dm'), {recursive: true});
  await writeFile(join(folder, 'dm', 'suspended'), '1\n');
  expect(await useOfDevice(path, NO_DEVICE, signal, {folder})).toMatchObject({silence: 'suspended'});
});
