import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {localHost} from '#dist/hosts/local-host.js';
import {inPidNamespace, noPidNamespace} from '../../support/pid-namespace.js';
import {processesRunning, uniqueSeconds} from '../../support/processes.js';

if (noPidNamespace !== undefined) console.warn(`SKIPPED: pids that come again: ${noPidNamespace}`);

/** A child has ended, a daemon got its pid for the session that it made, and the child is disposed of a while later. */
const DAEMON_WITH_THE_PID = `
  import {spawn} from 'node:child_process';
  import {once} from 'node:events';
  import {readFileSync, writeFileSync} from 'node:fs';
  import {localHost} from '#dist/hosts/local-host.js';

  const child = await localHost({onTerminal: false}).spawn(['true'], {describe: 'a child'});
  await child.ended;
  const now = performance.now.bind(performance);
  performance.now = () => now() + 3_600_000;
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(child.pid - 1));
  const stdio = ['ignore', 'pipe', 'ignore'];
  const parent = spawn('sh', ['-c', 'sleep 1000 >/dev/null & echo $!'], {detached: true, stdio});
  let daemonPid = '';
  parent.stdout.on('data', (bytes) => (daemonPid += bytes));
  await once(parent, 'close');
  await child[Symbol.asyncDispose]();
  const state = /\\) (\\w) /.exec(readFileSync('/proc/' + daemonPid.trim() + '/stat', 'latin1'))[1];
  console.log(JSON.stringify({hadThePid: parent.pid === child.pid, daemon: state}));
`;

/** A /proc that was not mounted anew, in which the pids of this namespace are those of others, or nobody's. */
const PROC_OF_OTHERS = `
  import {readProcess, readProcessTable} from '#dist/hosts/child/process-table.js';
  import {localHost} from '#dist/hosts/local-host.js';
  import {runDetached} from '#dist/hosts/run-detached.js';

  const child = await localHost({onTerminal: false}).spawn(['sleep', '1000'], {describe: 'a child'});
  const found = {count: readProcessTable().size, first: readProcess(1)?.pid ?? 'nobody'};
  await child.kill();
  const request = {words: ['sleep', '1000'], environment: {}, timeoutMs: 100, describe: 'a hook'};
  const ends = [await child.ended, (await runDetached(request)).end];
  console.log(JSON.stringify({...found, ends}));
`;

describe.skipIf(noPidNamespace !== undefined)('where pids come again', () => {
  test('who got the pid of a child later is not ended with it', async () => {
    expect(await inPidNamespace(DAEMON_WITH_THE_PID)).toEqual({hadThePid: true, daemon: 'S'});
  });

  test('nobody is looked for in a /proc that shows others, and a child is ended all the same', async () => {
    expect(await inPidNamespace(PROC_OF_OTHERS, {keepsProc: true})).toEqual({
      count: 0,
      first: 'nobody',
      ends: [{kind: 'signal', signal: 'SIGKILL'}, {kind: 'timed-out'}],
    });
  });
});

test('whom a child left behind is ended with it, however late that is', async () => {
  const sleeper = ['sleep', uniqueSeconds()];
  const script = `${sleeper.join(' ')} >/dev/null 2>&1 & echo`;
  await using child = await localHost({onTerminal: false}).spawn(['sh', '-c', script], {describe: 'a child'});
  await child.ended;
  // Whoever is left is looked for before that.
  await sleep(1000);
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + 3_600_000);
  onTestFinished(() => clock.mockRestore());
  expect(processesRunning(sleeper)).toHaveLength(1);
  await child.kill();
  expect(processesRunning(sleeper)).toEqual([]);
});
