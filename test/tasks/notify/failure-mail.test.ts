import {expect, test} from 'vitest';
import {failureMail} from '#dist/tasks/notify/failure-mail.js';
import {failedTask, skippedTask, syncedTask} from '../../support/report-data.js';

const RUN = {hostName: 'web1', version: '0.5.0', configFile: '/etc/night ly.conf'};
const TARGET = {host: 'ssh backup@store', path: 'home.img', state: 'partly-written'} as const;

test('a mail tells what failed, how the target is left, and where to look next', () => {
  const failed = {...failedTask('home', {stage: 'apply', target: TARGET}), notes: ['on_failure ended with status 1']};
  expect(failureMail({...RUN, reports: [syncedTask('mail'), failed]})).toEqual({
    subject: 'bdsync-manager on web1: home failed',
    body: `On web1, home failed.
The configuration is /etc/night ly.conf.

home: failed at 2024-05-01 02:00:15 UTC
    apply: no program 'bdsync' on ssh backup@store
    | bash: line 1: bdsync: command not found
    target: home.img on ssh backup@store may be partly written; the next run completes it
    hint: install bdsync there, or set remote_bdsync_bin
    note: on_failure ended with status 1

Brought in step: 1.

To look further:
  what the tasks need:
    bdsync-manager check --config '/etc/night ly.conf' --task home
  past runs:
    bdsync-manager log --config '/etc/night ly.conf' home
  once more, telling more:
    bdsync-manager --config '/etc/night ly.conf' --task home --log-level debug

-- 
bdsync-manager 0.5.0
`,
  });
});

test('several are counted, and what did not begin is no success', () => {
  const reports = [failedTask('a'), failedTask('b', {cancelled: true}), skippedTask('c', 'the run was cancelled')];
  const {subject, body} = failureMail({...RUN, reports});
  expect(subject).toBe('bdsync-manager on web1: 2 of 3 tasks failed');
  expect(body).toMatch(/^a: failed at [^]*^b: cancelled at [^]*^Not begun, since the run was cancelled: 1\.$/m);
  expect(body).not.toContain('Brought in step');
});

test('a run that was told to stop has not failed', () => {
  const {subject} = failureMail({...RUN, reports: [failedTask('a', {cancelled: true}), syncedTask('b')]});
  expect(subject).toBe('bdsync-manager on web1: a was cancelled');
});

test('a task of the command line has no configuration to be looked at', () => {
  const {body} = failureMail({...RUN, configFile: undefined, reports: [failedTask('a')]});
  expect(body).toContain('On web1, a failed.\n');
  expect(body).toContain('\nThe same command with --log-level debug tells more.\n');
});

test('names and messages cannot pass for something else', () => {
  const {subject, body} = failureMail({
    ...RUN,
    reports: [failedTask('a\nb', {message: 'x\n\nb: failed at \u001b[2J'})],
  });
  expect(subject).toBe('bdsync-manager on web1: a\\nb failed');
  expect(body).toContain('\na\\nb: failed at ');
  expect(body).toContain('\n    b: failed at \\x1b[2J\n');
});

test('no failure, and no number of them, makes a mail of any size', () => {
  const reports = Array.from({length: 1000}, (_, index) => failedTask(`vms/${index}`, {message: 'x'.repeat(20_000)}));
  const {subject, body} = failureMail({...RUN, reports});
  expect(subject).toBe('bdsync-manager on web1: 1000 of 1000 tasks failed');
  expect(body.length).toBeLessThan(110_000);
  expect(body).toMatch(/\n\n988 more failed\.\n\n/);
  expect(body).toContain("\n    bdsync-manager check --config '/etc/night ly.conf'\n");
});
