import {expect, test} from 'vitest';
import {hookEnvironment} from '#dist/tasks/notify/hook-environment.js';
import {failedTask, syncedTask} from '../../support/report-data.js';

const HOME = {name: 'home', configFile: '/etc/x.conf', sourcePath: '/dev/vg0/home', targetPath: 'home.img'};

test('a success tells its figures, and leaves what a failure would tell empty', () => {
  expect(hookEnvironment('change', HOME, syncedTask('home'))).toEqual({
    BDSYNC_EVENT: 'change',
    BDSYNC_TASK: 'home',
    BDSYNC_CONFIG: '/etc/x.conf',
    BDSYNC_SOURCE: '/dev/vg0/home',
    BDSYNC_TARGET: 'home.img',
    BDSYNC_STATE: 'synced',
    BDSYNC_CODE: '',
    BDSYNC_FAILED_STAGE: '',
    BDSYNC_MESSAGE: '',
    BDSYNC_HINT: '',
    BDSYNC_TARGET_STATE: '',
    BDSYNC_SOURCE_BYTES: '4294967296',
    BDSYNC_DIFFERING_BYTES: '5054464',
    BDSYNC_PATCH_BYTES: '5072213',
    BDSYNC_SENT_BYTES: '5100000',
    BDSYNC_RECEIVED_BYTES: '33554432',
    BDSYNC_DURATION_MS: '15500',
  });
});

test('a failure tells what failed, where, and how the target is left', () => {
  const target = {host: 'this machine', path: 'home.img', state: 'partly-written'} as const;
  const report = failedTask('home', {stage: 'apply', target});
  expect(hookEnvironment('failure', {...HOME, sourcePath: undefined}, report)).toMatchObject({
    BDSYNC_EVENT: 'failure',
    BDSYNC_SOURCE: '',
    BDSYNC_STATE: 'failed',
    BDSYNC_CODE: 'command-not-found',
    BDSYNC_FAILED_STAGE: 'apply',
    BDSYNC_MESSAGE: "no program 'bdsync' on ssh backup@store",
    BDSYNC_HINT: 'install bdsync there, or set remote_bdsync_bin',
    BDSYNC_TARGET_STATE: 'partly-written',
    BDSYNC_DIFFERING_BYTES: '',
    BDSYNC_DURATION_MS: '15500',
  });
});

test('a begin has no figures yet', () => {
  expect(hookEnvironment('start', HOME, undefined)).toMatchObject({BDSYNC_STATE: 'started', BDSYNC_DURATION_MS: ''});
});

test('a clock that was set back makes no negative duration', () => {
  const report = {...failedTask('home'), endedAt: '2024-05-01T01:59:00.000Z'};
  expect(hookEnvironment('failure', HOME, report)).toMatchObject({BDSYNC_DURATION_MS: '0'});
});

test('what no variable can hold is made harmless', () => {
  const message = `a\0b\u001b[31m\nnext ${'x'.repeat(200_000)}`;
  const {BDSYNC_MESSAGE = ''} = hookEnvironment('failure', HOME, failedTask('home', {message}));
  expect(BDSYNC_MESSAGE.startsWith('a\\x00b\\x1b[31m\nnext xxx')).toBe(true);
  expect(BDSYNC_MESSAGE.length).toBeLessThan(5000);
});
