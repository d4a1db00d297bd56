import {expect, test} from 'vitest';
import type {RunEvent} from '#dist/tasks/events.js';
import {Notifier} from '#dist/tasks/notify/notifier.js';
import {selectTasks} from '#dist/tasks/select.js';
import {expandTasks} from '#dist/tasks/sets/expand-tasks.js';
import {httpMonitor} from '../../support/http-monitor.js';
import {readConfig} from '../../support/read-config.js';
import {failedTask, skippedTask} from '../../support/report-data.js';
import {scriptedLvm} from '../../support/scripted-lvm.js';

/** Who is told of the tasks of a text, in which LVM has no volumes at all. */
async function notifier(text: string, isReal = true) {
  const {lvm} = scriptedLvm([['lvs', () => ({status: 0, stdout: '{"report": [{"lv": []}]}', stderr: ''})]]);
  const {signal} = new AbortController();
  const tasks = await expandTasks({tasks: selectTasks(await readConfig(text), []), signal, lvmAt: () => lvm});
  const events: RunEvent[] = [];
  const told = new Notifier({
    tasks,
    configFile: 'x.conf',
    isReal,
    signal,
    onEvent: (event) => void events.push(event),
  });
  return {told, events, states: tasks.map(({task}) => task.state)};
}

const section = (name: string, keys: string) =>
  `[${name}]\nsource_path = /dev/vg0/*\ntarget_path = {volume}.img\napply_patch_in_place = yes\n${keys}\n`;

test('of a section without volumes, the monitor of no volume in particular is told', async () => {
  const {origin, requests} = await httpMonitor();
  const {told, states} = await notifier(section('vms', `ping_url = ${origin}/all`));
  expect(states).toEqual(['unusable']);
  await told.ended(failedTask('vms'));
  expect(requests).toEqual([expect.stringMatching(/^POST \/all\/fail vms: /)]);
});

test('the monitors of its volumes are not', async () => {
  const {origin, requests} = await httpMonitor();
  const {told} = await notifier(section('vms', `ping_url = ${origin}/{volume}\non_failure = sh -c 'exit 7'`));
  const report = await told.ended(failedTask('vms'));
  expect(report.notes).toEqual([expect.stringMatching(/^on_failure \(.*\) ended with status 7$/)]);
  expect(requests).toEqual([]);
});

test('of a disabled task, and of a run that is not for real, nobody is told', async () => {
  const {origin, requests} = await httpMonitor();
  const keys = `ping_url = ${origin}/all\non_failure = sh -c 'exit 7'\nmail_to = root\nsendmail_path = /no/such`;
  const disabled = await notifier(section('vms', `${keys}\ndisabled = yes`));
  const rehearsal = await notifier(section('vms', keys), false);
  const report = failedTask('vms');
  expect(await disabled.told.ended(skippedTask('vms', 'disabled'))).toMatchObject({notes: []});
  expect(await rehearsal.told.ended(report)).toBe(report);
  expect(await rehearsal.told.closed([report])).toEqual([report]);
  expect([...requests, ...disabled.events, ...rehearsal.events]).toEqual([]);
});

test('a mail that was not sent is a warning about no task, and a note of those that it was about', async () => {
  const mail = 'mail_to = root\nsendmail_path = /no/such\n';
  const {told, events} = await notifier(section('a', mail) + section('b', 'disabled = yes'));
  const reports = await told.closed([failedTask('a'), failedTask('b')]);
  expect(reports.map(({notes}) => notes)).toEqual([[expect.stringContaining('no mail went to root: ')], []]);
  expect(events).toEqual([
    {kind: 'log', task: undefined, level: 'warning', message: expect.stringContaining('no mail went to root: ')},
  ]);
});
