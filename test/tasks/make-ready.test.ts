import {join} from 'node:path';
import {afterEach, expect, it, vi} from 'vitest';
import {taskConfigFrom} from '#dist/tasks/config/configuration.js';
import {HostPool} from '#dist/tasks/ends/host-pool.js';
import {takeTask} from '#dist/tasks/make-ready.js';
import {TaskRun} from '#dist/tasks/task-run.js';
import {OWN_WRITES} from '#dist/write-gate.js';
import {SURROUNDINGS} from '../support/read-config.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';

afterEach(() => void vi.useRealTimers());

it('a task does not stall while the hooks of another one keep it from writing', async () => {
  // The watchdog's, and nobody else's here.
  vi.useFakeTimers({toFake: ['setInterval', 'clearInterval']});
  const keys = {source_path: '/nowhere/s', target_path: '/nowhere/t', apply_patch_in_place: 'yes', stall_timeout: '1'};
  const stateDir = join(await temporaryFolder(), 'state');
  let shut: Disposable | undefined;
  using run = new TaskRun({
    config: taskConfigFrom('home', {...keys, state_dir: stateDir}, undefined, SURROUNDINGS),
    snapshotWith: undefined,
    origin: 'x.conf',
    pool: new HostPool({onTerminal: false}),
    dryRun: false,
    verify: undefined,
    waitForLock: false,
    turns: undefined,
    // The hooks of the other one begin when this task has its lock, and is about to look for what was left.
    onStart: async () => {
      shut = await OWN_WRITES.shut();
    },
    onEvent: () => {},
    signal: new AbortController().signal,
  });
  const taking = takeTask(run);
  await until('the task waits, and nobody counts', () => shut !== undefined && vi.getTimerCount() === 0);
  shut?.[Symbol.dispose]();
  await using _taken = await taking;
  expect(vi.getTimerCount()).toBe(1);
  expect(run.abort.signal.aborted).toBe(false);
});
