import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {open} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {tryLockFile} from '#dist/file-lock.js';
import {temporaryFolder} from './support/temporary-folder.js';

async function lockFilePath(): Promise<string> {
  return join(await temporaryFolder(), 'lock');
}

it('gives an exclusive lock to one holder, and to the next when it is closed', async () => {
  const path = await lockFilePath();
  const first = await open(path, 'a');
  await using second = await open(path, 'a');
  expect(await tryLockFile(first)).toBe(true);
  expect(await tryLockFile(first)).toBe(true);
  expect(await tryLockFile(second)).toBe(false);
  expect(await tryLockFile(second, {shared: true})).toBe(false);
  await first.close();
  expect(await tryLockFile(second)).toBe(true);
});

it('gives a shared lock to many', async () => {
  const path = await lockFilePath();
  await using first = await open(path, 'a');
  await using second = await open(path, 'a');
  expect(await tryLockFile(first, {shared: true})).toBe(true);
  expect(await tryLockFile(second, {shared: true})).toBe(true);
  expect(await tryLockFile(second)).toBe(false);
});

it('waits for a holder that lets go', async () => {
  const path = await lockFilePath();
  const first = await open(path, 'a');
  await using second = await open(path, 'a');
  expect(await tryLockFile(first)).toBe(true);
  const waiting = tryLockFile(second, {waitMs: 20_000});
  await new Promise((resolve) => setTimeout(resolve, 50));
  await first.close();
  expect(await waiting).toBe(true);
});

it('gives up at the end of its patience', async () => {
  const path = await lockFilePath();
  await using first = await open(path, 'a');
  await using second = await open(path, 'a');
  expect(await tryLockFile(first)).toBe(true);
  expect(await tryLockFile(second, {waitMs: 30})).toBe(false);
});

it('stops waiting when it is cancelled', async () => {
  const path = await lockFilePath();
  await using first = await open(path, 'a');
  await using second = await open(path, 'a');
  expect(await tryLockFile(first)).toBe(true);
  const reason = new Error('not any more');
  const abort = new AbortController();
  const waiting = tryLockFile(second, {waitMs: 60_000, signal: abort.signal});
  setTimeout(() => abort.abort(reason), 30);
  await expect(waiting).rejects.toBe(reason);
});

it('is released by the kernel when the holder is killed', async () => {
  const path = await lockFilePath();
  const script = `
    import {open} from 'node:fs/promises';
    import {tryLockFile} from ${JSON.stringify(import.meta.resolve('#dist/file-lock.js'))};
    globalThis.handle = await open(${JSON.stringify(path)}, 'a');
    process.stdout.write(String(await tryLockFile(handle)));
    setInterval(() => {}, 1000);`;
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = await once(holder.stdout, 'data');
  expect(String(answer)).toBe('true');
  await using mine = await open(path, 'a');
  expect(await tryLockFile(mine)).toBe(false);
  holder.kill('SIGKILL');
  await once(holder, 'close');
  expect(await tryLockFile(mine)).toBe(true);
});
