import {chmod, mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {EventEmitter} from 'node:events';
import {expect, test, vi} from 'vitest';
import {type Notify, ServiceManager} from '#dist/cli/manager/service-manager.js';
import {takeServiceManager} from '#dist/cli/manager/systemd-notify.js';
import type {RunEvent} from '#dist/tasks/events.js';
import {runCli} from '../../support/cli-world.js';
import {runReport, syncedTask} from '../../support/report-data.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {until} from '../../support/until.js';

function started(task: string, index = 0, total = 3) {
  return {kind: 'task-started', task, index, total} as const;
}

/** Keeps what was sent; each sending waits for `release`. */
function slowNotify(): {notify: Notify; sent: string[]; release: (arrived?: boolean) => void} {
  const sent: string[] = [];
  const waiting: ((arrived: boolean) => void)[] = [];
  return {
    sent,
    notify: (assignments) => {
      sent.push(assignments.join(' '));
      return new Promise((resolve) => waiting.push(resolve));
    },
    release: (arrived = true) => waiting.shift()?.(arrived),
  };
}

test('a run tells of each task, and of its end when it is stopped', async () => {
  const sent: string[] = [];
  const signals = new EventEmitter();
  await runCli(
    ['run'],
    {
      notify: async (assignments) => Boolean(sent.push(assignments.join(' '))),
      run: async ({onEvent, signal}) => {
        onEvent(started('home', 0, 2));
        await until('the first task was told', () => sent.length === 1);
        onEvent(started('ma\nil', 1, 2));
        await until('the second task was told', () => sent.length === 2);
        signals.emit('SIGTERM', 'SIGTERM');
        expect(signal.aborted).toBe(true);
        return runReport([]);
      },
    },
    signals,
  );
  expect(sent).toEqual([
    'READY=1 STATUS=task 1 of 2: home',
    String.raw`READY=1 STATUS=task 2 of 2: ma\nil`,
    'STOPPING=1 STATUS=stopping',
  ]);
});

test('of several tasks at once, all that run are told', async () => {
  const sent: string[] = [];
  await runCli(['run', '--jobs=2'], {
    notify: async (assignments) => Boolean(sent.push(assignments.join(' '))),
    run: async ({onEvent}) => {
      const tell = async (event: RunEvent): Promise<void> => {
        const before = sent.length;
        onEvent(event);
        await until('it was told', () => sent.length > before);
      };
      await tell(started('home'));
      await tell(started('mail', 1));
      await tell({kind: 'task-ended', report: syncedTask('home')});
      await tell(started('web', 2));
      onEvent({kind: 'task-ended', report: syncedTask('web')});
      onEvent({kind: 'task-ended', report: syncedTask('mail')});
      return runReport([]);
    },
  });
  expect(sent.slice(0, 4)).toEqual([
    'READY=1 STATUS=task 1 of 3: home',
    'READY=1 STATUS=tasks 1, 2 of 3: home, mail',
    'READY=1 STATUS=task 2 of 3: mail',
    'READY=1 STATUS=tasks 2, 3 of 3: mail, web',
  ]);
  expect(sent.at(-1)).toBe('READY=1 STATUS=task 2 of 3: mail');
});

test('what was overtaken is not sent any more', async () => {
  const {notify, sent, release} = slowNotify();
  const manager = new ServiceManager({notify, watchdogMs: undefined});
  for (const [index, task] of ['a', 'b', 'c'].entries()) manager.onEvent(started(task, index));
  expect(sent).toEqual(['READY=1 STATUS=task 1 of 3: a']);
  release();
  await until('the last task is told', () => sent.length === 2);
  expect(sent[1]).toBe('READY=1 STATUS=task 3 of 3: c');
  release();
  await manager[Symbol.asyncDispose]();
  expect(sent).toHaveLength(2);
});

test('where nothing arrives, nothing more is tried', async () => {
  const {notify, sent, release} = slowNotify();
  const manager = new ServiceManager({notify, watchdogMs: undefined});
  manager.onEvent(started('a'));
  manager.onEvent(started('b'));
  release(false);
  await manager[Symbol.asyncDispose]();
  manager.stopping();
  expect(sent).toHaveLength(1);
});

test('signs of life come again and again, until the run ends, and never instead of a status', async () => {
  vi.useFakeTimers();
  try {
    const {notify, sent, release} = slowNotify();
    const manager = new ServiceManager({notify, watchdogMs: 1000});
    await vi.advanceTimersByTimeAsync(1000);
    expect(sent).toEqual(['WATCHDOG=1']);
    manager.onEvent(started('a'));
    await vi.advanceTimersByTimeAsync(1000);
    release();
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(['WATCHDOG=1', 'READY=1 STATUS=task 1 of 3: a']);
    release();
    await manager[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test('the way to systemd is taken out of the environment, and the time of its watchdog halved', () => {
  const env = {NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '20000000', WATCHDOG_PID: '7', HOME: '/root'};
  expect(takeServiceManager(env, 7)).toMatchObject({watchdogMs: 10_000});
  expect(env).toEqual({HOME: '/root'});
  expect(takeServiceManager({NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '20000000', WATCHDOG_PID: '8'}, 7)).toMatchObject({
    watchdogMs: undefined,
  });
  expect(takeServiceManager({NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: 'soon'}, 7)?.watchdogMs).toBeUndefined();
  expect(takeServiceManager({WATCHDOG_USEC: '20000000'}, 7)).toBeUndefined();
  expect(takeServiceManager({NOTIFY_SOCKET: ''}, 7)).toBeUndefined();
});

test('systemd-notify is given the socket and the assignments; without it, systemd is left alone', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  const PATH = `${join(folder, 'bin')}:/usr/bin:/bin`;
  const program = join(folder, 'bin/systemd-notify');
  await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$NOTIFY_SOCKET" "$@" >'${folder}/sent'\n`);
  await chmod(program, 0o755);
  const there = takeServiceManager({NOTIFY_SOCKET: '/run/x', PATH});
  expect(await there?.notify(['READY=1', 'STATUS=a b'])).toBe(true);
  expect(await readFile(join(folder, 'sent'), 'utf8')).toBe('/run/x\nREADY=1\nSTATUS=a b\n');

  await writeFile(program, '#!/bin/sh\nexit 1\n');
  expect(await there?.notify(['READY=1'])).toBe(true);
  const missing = takeServiceManager({NOTIFY_SOCKET: '/run/x', PATH: '/nonexistent'});
  expect(await missing?.notify(['READY=1'])).toBe(false);
});
