import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {describe, expect, test} from 'vitest';
import {childProgress} from '#dist/hosts/child/child-progress.js';
import {localHost} from '#dist/hosts/local-host.js';
import {ProcessTree} from '#dist/hosts/child/process-tree.js';
import {processesRunning, uniqueSeconds, waitForProcesses} from '../../support/processes.js';
import {settled, until} from '../../support/until.js';

const GRACE_MS = 300;

function startScript(script: string): {root: ChildProcess; tree: ProcessTree} {
  const root = spawn('sh', ['-c', script], {stdio: ['ignore', 'pipe', 'ignore']});
  return {root, tree: new ProcessTree(pidOf(root))};
}

function pidOf({pid}: {readonly pid?: number | undefined}): number {
  if (pid === undefined) throw new Error('it does not start');
  return pid;
}

/** Resolves when the script has said so. */
async function isReady({stdout}: ChildProcess): Promise<void> {
  if (stdout) await once(stdout, 'data');
}

/** The third field of proc(5) /proc/PID/stat. */
function stateOf(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[0];
}

describe('ProcessTree', () => {
  test('ends a child with its children and theirs', async () => {
    const sleeper = ['sleep', uniqueSeconds()];
    const text = sleeper.join(' ');
    const {tree} = startScript(`${text} & sh -c '${text} & sh -c "${text}; :"; :' & wait`);
    await waitForProcesses(sleeper, 3);
    expect(tree.members().length).toBeGreaterThanOrEqual(5);
    expect(await tree.end()).toBe(true);
    expect(processesRunning(sleeper)).toEqual([]);
    expect(tree.members()).toEqual([]);
  });

  test('kills those that ignore TERM after a grace, also when their parent has gone', async () => {
    const sleeper = ['sleep', uniqueSeconds()];
    const {tree} = startScript(`sh -c 'trap "" TERM; ${sleeper.join(' ')}; :' & wait`);
    await waitForProcesses(sleeper, 1);
    const startedAt = performance.now();
    expect(await tree.end(GRACE_MS)).toBe(true);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(GRACE_MS);
    expect(processesRunning(sleeper)).toEqual([]);
  });

  test('ends those that start while it ends them', async () => {
    const sleeper = ['sleep', uniqueSeconds()];
    const {root, tree} = startScript(`trap '${sleeper.join(' ')} & wait' TERM; echo; while :; do sleep 0.01; done`);
    await isReady(root);
    expect(await tree.end(GRACE_MS)).toBe(true);
    expect(processesRunning(sleeper)).toEqual([]);
  });

  test('ends stopped processes', async () => {
    const {root, tree} = startScript('kill -STOP $$');
    const exit = once(root, 'exit');
    await until('the stop', () => stateOf(pidOf(root)) === 'T');
    expect(await tree.end(60_000)).toBe(true);
    expect((await exit)[1]).toBe('SIGTERM');
  });

  test('lets them end in their own way', async () => {
    const {root, tree} = startScript("trap 'exit 5' TERM; echo; while :; do sleep 0.01; done");
    const exit = once(root, 'exit');
    await isReady(root);
    await tree.end(60_000);
    expect((await exit)[0]).toBe(5);
  });
});

describe.concurrent.each([{onTerminal: false}, {onTerminal: true}])(
  'a local child, onTerminal: $onTerminal',
  ({onTerminal}) => {
    const host = localHost({onTerminal});

    test('has a session of its own only where it cannot ask a person', async () => {
      const {stdout} = await host.run(['cat', '/proc/self/stat']);
      expect(sessionIn(stdout) === sessionIn(readFileSync('/proc/self/stat', 'utf8'))).toBe(onTerminal);
    });

    test('takes everybody along when it is killed, TERM or not', async () => {
      const sleeper = ['sleep', uniqueSeconds()];
      const script = `trap '' TERM; ${sleeper.join(' ')} & sh -c '${sleeper.join(' ')}; :' & wait; wait; wait`;
      await using child = await host.spawn(['sh', '-c', script], {describe: 'the stubborn one'});
      await waitForProcesses(sleeper, 2);
      await Promise.all([child.kill(), child.kill()]);
      expect(processesRunning(sleeper)).toEqual([]);
      expect(await child.ended).toEqual({kind: 'signal', signal: 'SIGKILL'});
      expect(await child.diagnose()).toMatchObject({message: 'the stubborn one was ended by SIGKILL'});
    });

    test('is ended at the end of its block', async () => {
      const sleeper = ['sleep', uniqueSeconds()];
      {
        await using child = await host.spawn(sleeper, {describe: 'a sleeper'});
        expect(child.pid).toBeGreaterThan(0);
        await waitForProcesses(sleeper, 1);
      }
      expect(processesRunning(sleeper)).toEqual([]);
    });
  },
);

test('children that ended leave no zombie', async () => {
  await Promise.all(Array.from({length: 5}, () => localHost().run(['true'])));
  const {stdout} = await localHost().run(['sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null; :']);
  const ours = stdout.split('\n').filter((line) => line.split(') ').at(-1)?.split(' ')[1] === String(process.pid));
  expect(ours.length).toBeGreaterThan(0);
  expect(ours.filter((line) => line.includes(') Z '))).toEqual([]);
});

test('a command that leaves a process behind, with our pipes in its hands, is waited for no longer than needed', async () => {
  const sleeper = ['sleep', uniqueSeconds()];
  const result = await localHost().run(['sh', '-c', `echo done; ${sleeper.join(' ')} & echo warned >&2`]);
  expect(result).toEqual({status: 0, stdout: 'done\n', stderr: 'warned'});
  expect(processesRunning(sleeper)).toEqual([]);
});

describe('childProgress', () => {
  test('changes while a process of the tree uses the CPU, and stays while all of them wait', async () => {
    await using busy = await localHost().spawn(['sh', '-c', 'sh -c "while :; do :; done"; :'], {describe: 'busy'});
    const sleeper = ['sleep', uniqueSeconds()];
    await using idle = await localHost().spawn(['sh', '-c', `${sleeper.join(' ')}; :`], {describe: 'idle'});
    await waitForProcesses(sleeper, 1);
    const idleBefore = await settled('the progress of those who wait', () => childProgress(idle));
    const busyBefore = await childProgress(busy);
    await until('progress of the busy one', async () => (await childProgress(busy)) !== busyBefore);
    expect(await childProgress(idle)).toBe(idleBefore);
    expect(idleBefore).not.toBe('');
  });

  test('changes with bytes moved that cost next to no time', async () => {
    await using child = await localHost().spawn(['sh', '-c', 'cat >/dev/null; :'], {describe: 'reader'});
    await until('the reader', () => new ProcessTree(pidOf(child)).members().some(({name}) => name === 'cat'));
    const before = await settled('the progress of the reader', () => childProgress(child));
    child.stdin.write('x');
    await until('the read of one byte', async () => (await childProgress(child)) !== before);
  });

  test('is empty for a child that never was and one that is gone', async () => {
    await using child = await localHost().spawn(['bdsync-is-not-there'], {describe: 'nobody'});
    expect(await child.ended).toMatchObject({kind: 'spawn-error'});
    expect(await childProgress(child)).toBe('');
    await using gone = await localHost().spawn(['true'], {describe: 'gone'});
    await gone.ended;
    expect(await childProgress(gone)).toBe('');
  });
});

function sessionIn(stat: string): string | undefined {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
}
