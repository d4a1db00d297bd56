import {expect, test} from 'vitest';
import type {CheckedTask} from '#dist/tasks/check/check-report.js';
import {statusOfCheck, statusOfError, statusOfRun} from '#dist/cli/manager/exit-status.js';
import {Interruption} from '#dist/cli/interrupts.js';
import {OutputError} from '#dist/cli/screen/screen.js';
import {UsageError} from '#dist/cli/manager/usage-error.js';
import {ConfigError} from '#dist/tasks/config/config-error.js';
import {failedTask, plannedTask, runReport, skippedTask, syncedTask} from '../../support/report-data.js';

const SYNCED = syncedTask('home');
const FAILED = failedTask('mail');
const MISCONFIGURED = failedTask('bad', {code: 'config-value'});
const CANCELLED = failedTask('vm', {code: 'transmission', cancelled: true});

test.for([
  ['nothing to do', [], 0],
  ['all synced', [SYNCED, SYNCED], 0],
  ['planned', [plannedTask('home')], 0],
  ['skipped', [skippedTask('old', 'disabled')], 0],
  ['one failed', [FAILED, SYNCED], 3],
  ['one with a configuration error', [MISCONFIGURED, SYNCED], 2],
  ['one of each', [MISCONFIGURED, FAILED], 3],
  ['cancelled', [MISCONFIGURED, FAILED, CANCELLED], 4],
  ['without what it needs to run', [failedTask('home', {code: 'flock-missing'})], 1],
] as const)('run, %s: %i', ([_case, tasks, status]) => {
  expect(statusOfRun(runReport(tasks))).toBe(status);
});

function checked(found: Partial<CheckedTask>): CheckedTask {
  return {task: 'a', disabled: false, configErrors: [], unmetNeeds: [], warnings: [], facts: [], ...found};
}

const FINDING = [{message: 'wrong', hint: undefined}];

test.for([
  ['nothing found', [checked({})], 0],
  ['a warning', [checked({warnings: FINDING})], 0],
  ['a configuration error', [checked({configErrors: FINDING}), checked({})], 2],
  ['an unmet need', [checked({unmetNeeds: FINDING})], 3],
  ['both', [checked({configErrors: FINDING}), checked({unmetNeeds: FINDING})], 3],
  ['faults of a disabled task', [checked({disabled: true, configErrors: FINDING, unmetNeeds: FINDING})], 0],
] as const)('check, %s: %i', ([_case, tasks, status]) => {
  expect(statusOfCheck({configFile: 'f', warnings: [], tasks})).toBe(status);
});

test('errors outside of tasks', () => {
  expect(statusOfError(new UsageError('wrong'))).toBe(2);
  expect(statusOfError(new ConfigError('config-unreadable', 'no such file', {}))).toBe(2);
  expect(statusOfError(new Interruption('SIGTERM'))).toBe(4);
  expect(statusOfError(new DOMException('aborted', 'AbortError'))).toBe(4);
  expect(statusOfError(new OutputError('output-failed', 'disk full'))).toBe(1);
  expect(statusOfError(new TypeError('a defect'))).toBe(1);
});
