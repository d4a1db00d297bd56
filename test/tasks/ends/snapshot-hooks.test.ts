import {ChildProcess} from 'node:child_process';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {SnapshotHooks} from '#dist/tasks/config/task-config.js';
import {payDebt, withSnapshotHooks} from '#dist/tasks/ends/snapshot-hooks.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {processesRunning, uniqueSeconds, waitForProcesses} from '../../support/processes.js';
import {startProgram} from '../../support/spawn-program.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {until} from '../../support/until.js';

const DIST = fileURLToPath(new URL('../../../dist', import.meta.url));

/** A task whose hooks are scripts that write lines to a log, and what became of them. */
async function world() {
  const folder = await temporaryFolder();
  const logFile = join(folder, 'log');
  await writeFile(logFile, '');
  const leftovers = await Leftovers.open(folder, 'home-1');
  const controller = new AbortController();
  const told: string[] = [];
  const quiet: boolean[] = [];
  const context = {
    task: 'home',
    sourcePath: '/dev/vg0/home',
    snapshotName: 'night',
    leftovers,
    teller: {
      log: (level: string, message: string) => void told.push(`${level}: ${message}`),
      quiet: (isQuiet: boolean) => void quiet.push(isQuiet),
    },
    signal: controller.signal,
  };
  const script = (text: string): string[] => ['sh', '-c', text, logFile];
  const hooks = (before: string | undefined, after: string | undefined, timeoutMs = 20_000): SnapshotHooks => ({
    before: before === undefined ? undefined : script(before),
    after: after === undefined ? undefined : script(after),
    timeoutMs,
  });
  const note = (line: string): Promise<void> => writeFile(logFile, `${line}\n`, {flag: 'a'});
  return {
    folder,
    logFile,
    controller,
    context,
    hooks,
    told,
    quiet,
    run: (given: SnapshotHooks | undefined, take = () => note('take')) => withSnapshotHooks(given, context, take),
    note,
    lines: async () => (await readFile(logFile, 'utf8')).trim().split('\n'),
    recorded: async () => (await Leftovers.open(folder, 'home-1')).list(),
  };
}

/** A process that takes a snapshot between such hooks, `take` being code. */
function start(folder: string, hooks: SnapshotHooks, take: string) {
  const code = `
    import {withSnapshotHooks} from '${DIST}/tasks/ends/snapshot-hooks.js';
    import {Leftovers} from '${DIST}/tasks/state/leftovers.js';
    const leftovers = await Leftovers.open('${folder}', 'home-1');
    const context = {task: 'home', sourcePath: '/s', snapshotName: 'n', leftovers, teller: {log() {}, quiet() {}},
      signal: new AbortController().signal};
    await withSnapshotHooks(${JSON.stringify(hooks)}, context, async () => { ${take} });`;
  return startProgram('--input-type=module', ['--eval', code]);
}

/** As Node has it, which does not tell its types. */
const Spawning: {spawn: (options: unknown) => unknown} = Object(ChildProcess.prototype);

const BEFORE = 'echo before >>"$0"';
const AFTER = 'echo after >>"$0"';
/** Within it a shell starts and ends also where many others want to. */
const QUICK_MS = 3000;

describe('hooks around a snapshot', () => {
  it('let nobody in this process write to files of ours in between, which may be frozen', async () => {
    const {run, hooks, folder, note, lines, recorded} = await world();
    const other = await Leftovers.open(folder, 'mail-1');
    const record = {kind: 'file', connection: [], quoting: 'none', path: '/p'} as const;
    let adding: Promise<void> | undefined;
    await run(hooks(BEFORE, AFTER), async () => {
      adding = other.add(record).then(() => note('written'));
      // Far longer than it takes.
      await sleep(200);
      expect(other.list()).toEqual([]);
      await note('take');
    });
    await adding;
    expect(other.list()).toEqual([record]);
    expect((await lines()).slice(0, 3)).toEqual(['before', 'take', 'after']);
    expect((await lines()).toSorted()).toContain('written');
    expect(await recorded()).toEqual([]);
  });

  it('need not be there', async () => {
    const {run, lines} = await world();
    expect(await run(undefined)).toBeUndefined();
    expect(await lines()).toEqual(['take']);
  });

  it('run before and after, know what for, and their output is told when all is over', async () => {
    const {run, hooks, lines, told, quiet, note, recorded} = await world();
    const line = 'echo "$BDSYNC_STAGE $BDSYNC_TASK $BDSYNC_SOURCE $BDSYNC_SNAPSHOT" >>"$0"; echo done; echo well >&2';
    const failure = await run(hooks(line, line), async () => {
      expect([told, quiet]).toEqual([[], [true]]);
      expect(await recorded()).toMatchObject([{kind: 'after-snapshot', task: 'home'}]);
      await note('take');
    });
    expect(failure).toBeUndefined();
    expect(quiet).toEqual([true, false]);
    expect(await lines()).toEqual(['before home /dev/vg0/home night', 'take', 'after home /dev/vg0/home night']);
    expect(told.toSorted()).toEqual([
      'info: after_snapshot: done',
      'info: after_snapshot: well',
      'info: before_snapshot: done',
      'info: before_snapshot: well',
    ]);
    expect(await recorded()).toEqual([]);
  });

  it('may be one alone', async () => {
    const {run, hooks, lines} = await world();
    await run(hooks(BEFORE, undefined));
    await run(hooks(undefined, AFTER));
    expect(await lines()).toEqual(['before', 'take', 'take', 'after']);
  });

  it('fail before anything happens when the first one fails, and the second one runs', async () => {
    const {run, hooks, lines, recorded} = await world();
    const failing = run(hooks(`${BEFORE}; echo no such table >&2; exit 7`, AFTER));
    await expect(failing).rejects.toMatchObject({
      code: 'snapshot-hook',
      message: expect.stringMatching(/^before_snapshot \(sh … .*\) ended with status 7$/),
      errorLines: ['no such table'],
    });
    expect(await lines()).toEqual(['before', 'after']);
    expect(await recorded()).toEqual([]);
  });

  it('do not begin when the first one is not there, and then the second one does not run', async () => {
    const {run, hooks, lines, recorded} = await world();
    const missing = {...hooks(undefined, AFTER), before: ['/no/such/program']};
    await expect(run(missing)).rejects.toMatchObject({
      code: 'snapshot-hook',
      message: expect.stringMatching(/^before_snapshot: \/no\/such\/program is not an executable file: ENOENT/),
    });
    expect(await lines()).toEqual(['']);
    expect(await recorded()).toEqual([]);
  });

  it('end when the first one takes too long, with all that it started', async () => {
    const {run, hooks, lines} = await world();
    const seconds = uniqueSeconds();
    const slow = run(hooks(`sleep ${seconds} & sleep ${seconds}`, AFTER, QUICK_MS));
    await expect(slow).rejects.toMatchObject({message: expect.stringContaining('did not end within 3 s')});
    expect(processesRunning(['sleep', seconds])).toEqual([]);
    expect(await lines()).toEqual(['after']);
  });

  it('run the second one when the snapshot fails, and tell of the snapshot', async () => {
    const {run, hooks, lines} = await world();
    await expect(run(hooks(BEFORE, AFTER), () => Promise.reject(new Error('no room')))).rejects.toThrow('no room');
    expect(await lines()).toEqual(['before', 'after']);
  });

  it('run the second one after an abort, which it is not told', async () => {
    const {run, hooks, lines, controller} = await world();
    const stopped = run(hooks(BEFORE, `sleep 0.3; ${AFTER}`), async () => {
      controller.abort(new Error('told to stop'));
    });
    expect(await stopped).toBeUndefined();
    const waiting = await world();
    const stopping = waiting.run(waiting.hooks(`${BEFORE}; exec sleep 60`, AFTER));
    await until('the first hook', async () => (await waiting.lines()).includes('before'));
    waiting.controller.abort(new Error('told to stop'));
    await expect(stopping).rejects.toMatchObject({code: 'snapshot-hook'});
    expect([await lines(), await waiting.lines()]).toEqual([
      ['before', 'after'],
      ['before', 'after'],
    ]);
  });

  it('tell at once that the second one failed; the snapshot counts', async () => {
    const {run, hooks, told, recorded} = await world();
    const failure = await run(hooks(BEFORE, 'echo still frozen; exit 1'));
    expect(failure).toMatchObject({code: 'snapshot-hook', errorLines: ['still frozen']});
    expect(told).toEqual([expect.stringMatching(/^error: after_snapshot .* ended with status 1\n\| still frozen$/)]);
    expect(await recorded()).toEqual([]);
  });

  it('owe the second one to the next run when it did not come to its end', async () => {
    const {run, hooks, recorded} = await world();
    const failure = await run(hooks(undefined, 'exec sleep 60', 300));
    expect(failure).toMatchObject({code: 'snapshot-hook'});
    expect(await recorded()).toMatchObject([{kind: 'after-snapshot', snapshotName: 'night'}]);
  });

  it('run the second one also when no more processes can be made', async () => {
    const {run, hooks, note, lines, recorded} = await world();
    const spawn = vi.spyOn(Spawning, 'spawn');
    onTestFinished(() => spawn.mockRestore());
    const failure = await run(hooks(BEFORE, AFTER), async () => {
      await note('take');
      spawn.mockImplementation(() => {
        throw Object.assign(new Error('spawn EAGAIN'), {code: 'EAGAIN'});
      });
    });
    expect(await lines()).toEqual(['before', 'take', 'after']);
    expect(failure).toMatchObject({
      code: 'snapshot-hook',
      message: expect.stringMatching(/^after_snapshot: the program/),
    });
    expect(await recorded()).toHaveLength(1);
  });

  it('run the second one when taking the snapshot hangs, and then do not trust it', async () => {
    const {run, hooks, lines, note} = await world();
    const late = run(hooks(BEFORE, AFTER, QUICK_MS), async () => {
      await until('the second hook', async () => (await lines()).includes('after'));
      await sleep(50);
      await note('take');
    });
    await expect(late).rejects.toMatchObject({
      code: 'snapshot-hook',
      message: 'after_snapshot had to run before the snapshot was there: taking it lasted longer than 3 s',
    });
    expect(await lines()).toEqual(['before', 'after', 'take']);
  });

  it('let what the first one left in the background go on', async () => {
    const {run, hooks} = await world();
    const seconds = uniqueSeconds();
    await run(hooks(`sleep ${seconds} >/dev/null 2>&1 & echo $! >"$0"`, undefined), async () => {
      await waitForProcesses(['sleep', seconds], 1);
    });
    for (const pid of processesRunning(['sleep', seconds])) process.kill(pid);
  });
});

describe('the second hook of a run that is killed', () => {
  it.each([
    ['killed', 'process.kill(process.pid, "SIGKILL")'],
    ['crashed', 'setImmediate(() => { throw new Error("defect") }); await new Promise(() => {})'],
    ['ended at once', 'process.exit(4)'],
  ])('runs at once when the process was %s, and is still owed', async (_, take) => {
    const {folder, hooks, lines, recorded} = await world();
    const line = 'echo "$BDSYNC_STAGE $BDSYNC_TASK" >>"$0"';
    await start(folder, hooks(line, line), take).result;
    await until('the second hook', async () => (await lines()).includes('after home'));
    expect(await lines()).toEqual(['before home', 'after home']);
    expect(await recorded()).toHaveLength(1);
  });

  it('runs when the first one, which was at work, has been ended', async () => {
    const {folder, hooks, lines} = await world();
    const seconds = uniqueSeconds();
    const {child, result} = start(folder, hooks(`${BEFORE}; sleep ${seconds}; ${BEFORE}`, AFTER), '');
    await until('the first hook', async () => (await lines()).includes('before'));
    child.kill('SIGKILL');
    await result;
    await until('the second hook', async () => (await lines()).includes('after'));
    expect(processesRunning(['sleep', seconds])).toEqual([]);
    expect(await lines()).toEqual(['before', 'after']);
  });

  it('does not run again when it has run', async () => {
    const {folder, hooks, lines} = await world();
    await start(folder, hooks(BEFORE, AFTER), '').result;
    await sleep(200);
    expect(await lines()).toEqual(['before', 'after']);
  });
});

describe('the second hook that was owed', () => {
  const record = {kind: 'after-snapshot', task: 'home', sourcePath: '/s', snapshotName: 'old'} as const;

  it('is run by the next run, as it is configured then', async () => {
    const {hooks, context, lines, told} = await world();
    await payDebt(record, hooks(undefined, 'echo "$BDSYNC_STAGE $BDSYNC_SNAPSHOT" >>"$0"'), context.teller);
    expect(await lines()).toEqual(['after old']);
    expect(told).toEqual(['info: ran after_snapshot, as an interrupted run may not have done']);
  });

  it('is told of when it fails, as it does where it had been run already', async () => {
    const {hooks, context, told} = await world();
    await payDebt(record, hooks(undefined, 'exit 3'), context.teller);
    expect(told.at(-1)).toMatch(/^warning: after_snapshot .* ended with status 3$/);
  });

  it('stays owed when it cannot be run', async () => {
    const {hooks, context} = await world();
    const missing = {...hooks(undefined, undefined), after: ['/no/such/program']};
    await expect(payDebt(record, missing, context.teller)).rejects.toMatchObject({code: 'snapshot-hook'});
  });

  it('is forgotten, with a warning, when it is not configured any more', async () => {
    const {context, told} = await world();
    await payDebt(record, undefined, context.teller);
    expect(told).toEqual([expect.stringContaining('not configured any more')]);
  });
});
