import {execFileSync} from 'node:child_process';
import {readdir, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {hostname, userInfo} from 'node:os';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {lockTask} from '#dist/tasks/state/run-lock.js';
import {evaluateAsStranger, noStranger} from '../../support/as-stranger.js';
import {mountOn} from '../../support/loop-device.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const isRoot = process.getuid?.() === 0;

function requestIn(stateDir: string) {
  return {stateDir, taskId: 'home-1', task: 'home', wait: false, signal: new AbortController().signal};
}

it('lets one run of a task go on, and names it to others', async () => {
  const request = requestIn(await temporaryFolder());
  const first = await lockTask(request);
  const who = `pid ${process.pid} of ${userInfo().username} on ${hostname()} since 20`;
  await expect(lockTask(request)).rejects.toMatchObject({
    code: 'task-locked',
    message: expect.stringContaining(`task home is already running: ${who}`),
    hint: 'wait for it with --wait, or end that run',
  });
  await using other = await lockTask({...request, taskId: 'home-2'});
  await first[Symbol.asyncDispose]();
  await using second = await lockTask(request);
  expect([other, second]).toHaveLength(2);
});

it('leaves the lock of another run alone where somebody has removed its own', async () => {
  const stateDir = await temporaryFolder();
  const request = requestIn(stateDir);
  const first = await lockTask(request);
  await rm(join(stateDir, 'locks', 'home-1.lock'));
  await using second = await lockTask(request);
  expect(second).toBeDefined();
  await first[Symbol.asyncDispose]();
  await expect(lockTask(request)).rejects.toMatchObject({code: 'task-locked'});
});

it('lets a run wait for the one before it', async () => {
  const request = requestIn(await temporaryFolder());
  const first = await lockTask(request);
  const waiting = lockTask({...request, wait: true});
  expect(await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 100, 'still waiting'))])).toBe(
    'still waiting',
  );
  await first[Symbol.asyncDispose]();
  await using second = await waiting;
  expect(second).toBeDefined();
});

it('ends a wait with the reason of an abort', async () => {
  const request = requestIn(await temporaryFolder());
  await using first = await lockTask(request);
  const abort = new AbortController();
  const waiting = lockTask({...request, wait: true, signal: abort.signal});
  const reason = new Error('told to stop');
  setTimeout(() => abort.abort(reason), 50);
  await expect(waiting).rejects.toBe(reason);
  expect(first).toBeDefined();
});

it('does not follow a link, and leaves alone where it leads', async () => {
  const stateDir = await temporaryFolder();
  const request = requestIn(stateDir);
  await (await lockTask({...request, taskId: 'other'}))[Symbol.asyncDispose]();
  const elsewhere = join(stateDir, 'elsewhere');
  await writeFile(elsewhere, 'mine');
  await symlink(elsewhere, join(stateDir, 'locks', 'home-1.lock'));
  await expect(lockTask(request)).rejects.toMatchObject({
    code: 'state-dir',
    message: expect.stringMatching(/^cannot open the lock file .*home-1\.lock: ELOOP/),
  });
  expect(await readFile(elsewhere, 'utf8')).toBe('mine');
});

it('locks on a full disk, where it cannot say who holds it', async ({skip}) => {
  skip(!isRoot, 'to mount a small file system needs root');
  const stateDir = join(await temporaryFolder(), 'small');
  mountOn(stateDir, ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'none']);
  const request = requestIn(stateDir);
  await (await lockTask({...request, taskId: 'other'}))[Symbol.asyncDispose]();
  execFileSync('sh', ['-c', 'cat /dev/zero >"$1" 2>/dev/null || true', 'sh', join(stateDir, 'filler')]);
  await using lock = await lockTask(request);
  expect(await readdir(join(stateDir, 'locks'))).toContain('home-1.lock');
  expect(lock).toBeDefined();
  await expect(lockTask(request)).rejects.toThrow(/^task home is already running$/);
});

it('locks for a user id without a name', ({skip}) => {
  skip(noStranger !== undefined, noStranger);
  const lock = `(async () => {
    const request = {taskId: 'a', task: 'a', wait: false, signal: new AbortController().signal};
    const stateDir = await fs.mkdtemp('/tmp/bdsync-manager-test-');
    const held = await lock.lockTask({...request, stateDir});
    const refusal = await lock.lockTask({...request, stateDir}).catch((error) => error.message);
    await held[Symbol.asyncDispose]();
    await fs.rm(stateDir, {recursive: true});
    return refusal;
  })()`;
  const modules = {lock: '#dist/tasks/state/run-lock.js', fs: 'node:fs/promises'};
  expect(evaluateAsStranger(modules, lock)).toMatch(/^task a is already running: pid \d+ of user 54321 on /);
});

it('leaves no file behind, and lets one run at a time go on all the same', async () => {
  const request = requestIn(await temporaryFolder());
  let running = 0;
  let most = 0;
  await Promise.all(
    Array.from({length: 8}, async () => {
      await using _lock = await lockTask({...request, wait: true});
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
    }),
  );
  expect(most).toBe(1);
  expect(await readdir(join(request.stateDir, 'locks'))).toEqual([]);
});
