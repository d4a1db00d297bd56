import {describe, expect, it} from 'vitest';
import {statusOfCode} from '#dist/bdsync/exit-status.js';
import {localHost} from '#dist/hosts/local-host.js';
import {expectSuccess, explainEnding, type ProgramRole} from '#dist/tasks/programs/explain-ending.js';

const ROLES = {
  server: {code: 'server-failed', what: 'bdsync --server'},
  patcher: {code: 'patcher-failed', what: 'bdsync --patch'},
  store: {code: 'store-failed', what: 'storing the patch'},
  client: {code: 'client-failed', what: 'bdsync'},
} as const;

function roleOf(name: keyof typeof ROLES): ProgramRole {
  return {...ROLES[name], hostName: 'ssh store', path: '/srv/home.img'};
}

/** How a program's ending is told that says `line` and ends with `status`. */
async function told(name: keyof typeof ROLES, line: string, status = 9) {
  const words = ['sh', '-c', 'echo "$0" >&2; exit "$1"', line, String(status)];
  await using child = await localHost().spawn(words, {describe: 'it'});
  return await explainEnding(child, roleOf(name));
}

describe('a program that failed', () => {
  it('is told with its host, its path, its status and its own last words', async () => {
    expect(await told('server', 'vpread: Input/output error', 6)).toMatchObject({
      code: 'server-failed',
      message:
        'bdsync --server on ssh store for /srv/home.img failed with status 6 (a read failed or its peer went away)',
      errorLines: ['vpread: Input/output error'],
      hint: undefined,
    });
  });

  it('has a status that means something where it is a bdsync only', async () => {
    const status = statusOfCode('invalid-patch');
    expect((await told('patcher', '', status)).message).toContain('failed with status 2 (the patch is damaged)');
    expect((await told('store', '', status)).message).toMatch(/failed with status 2$/);
    expect((await told('patcher', '', 77)).message).toMatch(/failed with status 77$/);
  });

  it('is about a target that somebody else has, by the status for that', async () => {
    const status = statusOfCode('target-locked');
    expect(await told('patcher', '', status)).toMatchObject({
      code: 'target-locked',
      message: expect.stringContaining('(the target is held by another run)'),
      hint: 'let that run end first',
    });
    expect(await told('store', '', status)).toMatchObject({code: 'store-failed'});
  });

  it('ended too early when it ended well and was not to end', async () => {
    expect((await told('patcher', '', 0)).message).toMatch(/ended too early$/);
  });

  it.each([
    ['store', 'cat: write error: No space left on device', 'disk-full', /choose another folder with target_patch_dir/],
    ['patcher', 'cannot write x: No space left on device', 'disk-full', /^make room on the file system of the target$/],
    ['patcher', 'Disk quota exceeded', 'disk-full', /^make room on the file system of the target$/],
    ['store', 'sh: 1: cannot create p: Directory nonexistent', 'patch-dir', /target_patch_dir/],
    ['client', 'Different sizes local=5 remote=4', 'size-mismatch', /bdsync_args = --diffsize=resize/],
    ['patcher', 'Different sizes current=5 patch=4', 'size-mismatch', /bdsync_args = --diffsize=resize/],
    [
      'patcher',
      'Cannot resize (posix_fallocate) device=x',
      'size-mismatch',
      /^make room .* empty, the next run succeeds$/,
    ],
    ['patcher', 'open: Read-only file system', 'permission', /right to read and write/],
    ['patcher', 'Write error: pos=65536 len=4096', 'patcher-failed', /full \(df tells\)/],
    ['server', 'sh: bdsync: command not found', 'no-bdsync', /remote_bdsync_bin/],
  ] as const)('has a remedy of its own: %s, %s', async (name, line, code, hint) => {
    expect(await told(name, line)).toMatchObject({code, hint: expect.stringMatching(hint)});
  });
});

it('a signal that nobody here sent is told as that', async () => {
  await using child = await localHost().spawn(['sh', '-c', 'kill -KILL $$'], {describe: 'bdsync --server on store'});
  const failure = await explainEnding(child, roleOf('server'));
  expect(failure).toMatchObject({code: 'program-ended', message: 'bdsync --server on store was ended by SIGKILL'});
});

it('a good ending is none to explain', async () => {
  await using child = await localHost().spawn(['true'], {describe: 'true'});
  await expect(expectSuccess(child, roleOf('server'))).resolves.toBeUndefined();
});
