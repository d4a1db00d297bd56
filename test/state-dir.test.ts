import {homedir} from 'node:os';
import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import {defaultStateDir} from '#dist/state-dir.js';
import {evaluateAsStranger, noStranger, STRANGER_ID} from './support/as-stranger.js';

beforeEach(() => {
  vi.stubEnv('STATE_DIRECTORY', undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it.each([0, 1000])('is the one that systemd gives a service, for user %i', (uid) => {
  vi.spyOn(process, 'getuid').mockReturnValue(uid);
  vi.stubEnv('STATE_DIRECTORY', '/var/lib/nightly:/var/lib/other');
  expect(defaultStateDir()).toBe('/var/lib/nightly');
});

it("is the system's for root", () => {
  vi.spyOn(process, 'getuid').mockReturnValue(0);
  expect(defaultStateDir()).toBe('/var/lib/bdsync-manager');
});

it.each([
  ['/home/someone/state', '/home/someone/state/bdsync-manager'],
  ['', `${homedir()}/.local/state/bdsync-manager`],
  ['relative/is/ignored', `${homedir()}/.local/state/bdsync-manager`],
])('follows XDG_STATE_HOME=%j for a user', (stateHome, expected) => {
  vi.spyOn(process, 'getuid').mockReturnValue(1000);
  vi.stubEnv('XDG_STATE_HOME', stateHome);
  expect(defaultStateDir()).toBe(expected);
});

it('is not there for a user without a home folder', ({skip}) => {
  skip(noStranger !== undefined, noStranger);
  const words = JSON.stringify(['--hold=/dev/null']);
  const modules = {state: '#dist/state-dir.js', bdsync: '#dist/cli/bdsync/invocation.js'};
  expect(evaluateAsStranger(modules, 'state.defaultStateDir() ?? null')).toBe(null);
  expect(evaluateAsStranger(modules, `bdsync.parseInvocation(${words})`)).toMatchObject({
    role: 'hold',
    holder: `bdsync --hold of user ${STRANGER_ID}`,
  });
});
