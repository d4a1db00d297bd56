import {describe, expect, test} from 'vitest';
import {deviceError} from '#dist/bdsync/device/device-error.js';
import {serviceHint} from '#dist/tasks/service-hint.js';
import {TaskError} from '#dist/tasks/task-error.js';
import {StateDirError} from '#dist/state-folder.js';

/** What systemd sets for any service with a state folder, as the one of the package is. */
const ANY_SERVICE = {INVOCATION_ID: '5f0a', STATE_DIRECTORY: '/var/lib/bdsync-manager'};
const SERVICE = {...ANY_SERVICE, BDSYNC_MANAGER_CONFINED: 'yes'};

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: no`), {code});
}

const REFUSED: Readonly<Record<string, Error>> = {
  'a state folder on a file system that is read-only': StateDirError.from('cannot use it', systemError('EROFS')),
  'a device that may not be opened': deviceError('io', 'cannot open it', systemError('EPERM')),
  'a defect': new Error('cannot write', {cause: systemError('EACCES')}),
};
const REFUSED_TARGETS: Readonly<Record<string, Error>> = {
  'a target that may not be written': new TaskError('permission', 'it may not be written'),
};
const OTHERS: Readonly<Record<string, unknown>> = {
  'a patch folder that is missing': new TaskError('patch-dir', 'it does not exist'),
  'a full disk': new TaskError('disk-full', 'no room', {cause: systemError('ENOSPC')}),
  'no error': 'text',
};

describe('in a service of systemd, the hint to install it again', () => {
  test.each(Object.entries(REFUSED))('is given for %s, wherever the target is', (_what, error) => {
    for (const isTargetHere of [true, false]) {
      expect(serviceHint(error, {isTargetHere, env: SERVICE})).toContain('run bdsync-manager install systemd again');
    }
  });

  test.each(Object.entries(REFUSED_TARGETS))('is given for %s on this machine, and on no other', (_what, error) => {
    expect(serviceHint(error, {isTargetHere: true, env: SERVICE})).toContain('install systemd again');
    expect(serviceHint(error, {isTargetHere: false, env: SERVICE})).toBeUndefined();
  });

  test.each(Object.entries(OTHERS))('is not given for %s', (_what, error) => {
    expect(serviceHint(error, {isTargetHere: true, env: SERVICE})).toBeUndefined();
  });
});

test.each([
  ['in a terminal', {}],
  ['in a service that is not confined', ANY_SERVICE],
])('%s there is no such hint', (_where, env) => {
  for (const error of Object.values({...REFUSED, ...REFUSED_TARGETS})) {
    expect(serviceHint(error, {isTargetHere: true, env})).toBeUndefined();
  }
});
