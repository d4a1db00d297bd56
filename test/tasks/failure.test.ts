import {describe, expect, it} from 'vitest';
import {Interruption} from '#dist/cli/interrupts.js';
import {HostError} from '#dist/hosts/host-error.js';
import {LvmError} from '#dist/lvm/lvm-error.js';
import {failureOf} from '#dist/tasks/failure.js';
import type {TaskFailure} from '#dist/tasks/report.js';
import {TaskError} from '#dist/tasks/task-error.js';

const AT = {
  stage: 'generate',
  target: {host: 'ssh backup@store', path: '/srv/home.img', state: 'partly-written'},
} as const;
const RUNNING = new AbortController().signal;

function told(error: unknown, signal = RUNNING): Promise<TaskFailure> {
  return failureOf(error, {...AT, isTargetHere: false, env: {}}, signal);
}

describe('failureOf', () => {
  it.each([
    new TaskError('disk-full', 'no room', {hint: 'make room', errorLines: ['No space left']}),
    new HostError('connection-failed', 'no way', {errorLines: ['Connection refused']}),
    new LvmError('snapshot-invalid', 'it is lost', {errorLines: ['Snapshot is invalid']}),
  ])('tells an expected failure in its own words: $message', async (error) => {
    const {code, message, hint, errorLines} = error;
    expect(await told(error)).toEqual({
      ...AT,
      code,
      message,
      hint,
      errorLines,
      cleanUpFailures: [],
      cancelled: false,
    });
  });

  it('adds to the hint what a service may have to do with it', async () => {
    const error = new TaskError('permission', 'may not be written', {hint: 'ask for the right'});
    const env = {BDSYNC_MANAGER_CONFINED: 'yes'};
    const {hint} = await failureOf(error, {...AT, isTargetHere: true, env}, RUNNING);
    expect(hint).toMatch(/^ask for the right; the run's service of systemd .* install systemd again$/);
  });

  it('tells a defect with its stack', async () => {
    expect(await told(new RangeError('never'))).toMatchObject({
      code: 'unexpected',
      message: expect.stringMatching(/^RangeError: never\n\s+at .*failure\.test/),
    });
    expect(await told('text')).toMatchObject({code: 'unexpected', message: 'text'});
  });

  it('puts what came first before what then failed while cleaning up', async () => {
    const thrown = await (async () => {
      await using _snapshot = {
        [Symbol.asyncDispose]: () => Promise.reject(new LvmError('snapshot-removal', 'cannot remove vg0/snap')),
      };
      throw new TaskError('disk-full', 'no room');
    })().catch((error: unknown) => error);
    const failure = {code: 'disk-full', message: 'no room', cleanUpFailures: ['cannot remove vg0/snap']};
    expect(await told(thrown)).toMatchObject(failure);
    const stopped = {code: 'cancelled', cleanUpFailures: ['cannot remove vg0/snap']};
    expect(await told(thrown, AbortSignal.abort())).toMatchObject(stopped);
  });

  it('tells why the run was stopped, whatever broke because of it', async () => {
    const broken = new HostError('program-ended', 'bdsync was ended by SIGTERM');
    const bySignal = AbortSignal.abort(new Interruption('SIGTERM'));
    const stopped = {code: 'cancelled', message: 'stopped by SIGTERM', cancelled: true, errorLines: []};
    expect(await told(broken, bySignal)).toMatchObject(stopped);
    const stalled = AbortSignal.abort(new TaskError('stalled', 'nothing moved'));
    expect(await told(broken, stalled)).toMatchObject({code: 'stalled', cancelled: false});
  });

  it('takes an abort without a reason for what it is', async () => {
    const stopped = {code: 'cancelled', message: 'the run was told to stop', cancelled: true};
    expect(await told(new Error('broken'), AbortSignal.abort())).toMatchObject(stopped);
  });

  it('waits a moment for the news of a signal that a child of the same terminal had first', async () => {
    const controller = new AbortController();
    const failure = told(new HostError('program-ended', 'ssh was ended by SIGINT'), controller.signal);
    controller.abort(new Interruption('SIGINT'));
    expect(await failure).toMatchObject({message: 'stopped by SIGINT', cancelled: true});
  });
});
