import {expect, test} from 'vitest';
import {PingUrl} from '#dist/tasks/config/ping-url.js';
import {RunPings} from '#dist/tasks/notify/run-pings.js';
import {httpMonitor, type Answer} from '../../support/http-monitor.js';
import {failedTask, skippedTask, syncedTask} from '../../support/report-data.js';

/** Pings of tasks, by the path of their address. */
async function pings(tasks: Readonly<Record<string, string>>, answer?: Answer) {
  const {origin, requests} = await httpMonitor(answer);
  const pinged = Object.entries(tasks).map(([name, path]) => ({
    name,
    notify: {ping: new PingUrl(`${origin}/${path}`)},
  }));
  const {signal} = new AbortController();
  return {requests, run: new RunPings(pinged, signal, {pausesMs: [], tryMs: 20_000})};
}

test('each task with an address of its own is told of on its own', async () => {
  const {run, requests} = await pings({home: 'a', mail: 'b'});
  run.started('home');
  expect(await run.ended(syncedTask('home'))).toEqual([]);
  run.started('mail');
  expect(await run.ended(failedTask('mail', {message: 'no\u0007'}))).toEqual([]);
  expect(await run.ended(failedTask('other'))).toEqual([]);
  expect(requests.slice(0, 3)).toEqual(['GET /a/start', 'GET /a', 'GET /b/start']);
  expect(requests[3]).toMatch(/^POST \/b\/fail mail: generate: no\\x07\n\| bash: .*\nhint: /);
});

test('tasks with one address are one: no success of the last hides a failure of the first', async () => {
  const {run, requests} = await pings({home: 'a', mail: 'a', web: 'a'});
  run.started('home');
  await run.ended(failedTask('home'));
  run.started('mail');
  await run.ended(syncedTask('mail'));
  run.started('web');
  await run.ended(failedTask('web'));
  expect(requests).toHaveLength(2);
  expect(requests[0]).toBe('GET /a/start');
  expect(requests[1]).toMatch(/^POST \/a\/fail home: generate: [^]*\n\nweb: generate: /);
});

test('what was begun and not finished is no success', async () => {
  const {run, requests} = await pings({home: 'a', mail: 'a'});
  run.started('home');
  await run.ended(syncedTask('home'));
  await run.ended(skippedTask('mail', 'the run was cancelled'));
  expect(requests).toEqual(['GET /a/start', 'POST /a/fail mail: skipped: the run was cancelled']);
});

test('of what did not even begin nobody is told', async () => {
  const {run, requests} = await pings({home: 'a'});
  expect(await run.ended(skippedTask('home', 'the run was cancelled'))).toEqual([]);
  expect(requests).toEqual([]);
});

test('what could not be told comes with the end', async () => {
  const {run} = await pings({home: 'a'}, (_, response) => void response.writeHead(500).end());
  run.started('home');
  const failures = await run.ended(syncedTask('home'));
  expect(failures.map(({code, message}) => [code, /the (\w+) was/.exec(message)?.[1]])).toEqual([
    ['ping-failed', 'start'],
    ['ping-failed', 'success'],
  ]);
});
