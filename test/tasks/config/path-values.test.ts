import {homedir, userInfo} from 'node:os';
import {describe, expect, test} from 'vitest';
import {taskConfigFrom} from '#dist/tasks/config/configuration.js';
import {homeFolderOf} from '#dist/tasks/config/home-folder.js';
import {readOneTask, SURROUNDINGS} from '../../support/read-config.js';

const BASE = {source_path: '/a', target_path: '/b', apply_patch_in_place: 'yes'};

describe('on this machine', () => {
  test.each([
    ['~', '/home/me'],
    ['~/', '/home/me/'],
    ['~/images/a b', '/home/me/images/a b'],
    ['~backup/x', '/srv/backup/x'],
    ['~backup', '/srv/backup'],
    ['~nobody-here/x', '~nobody-here/x'],
    ['/x/~', '/x/~'],
    ['./~/x', './~/x'],
    ['-x', './-x'],
    ['a:b', 'a:b'],
  ])('%s is %s', (text, path) => {
    const values = {...BASE, source_path: text, target_path: text, target_patch_dir: text, local_bdsync_bin: text};
    const {sourcePath, targetPath, targetPatchDir, localBdsyncBin} = taskConfigFrom(
      't',
      values,
      undefined,
      SURROUNDINGS,
    );
    expect([sourcePath, targetPath, targetPatchDir, localBdsyncBin]).toEqual([path, path, path, path]);
  });

  test('a home folder of / does not double the slash', () => {
    const surroundings = {...SURROUNDINGS, homeFolderOf: () => '/'};
    expect(taskConfigFrom('t', {...BASE, source_path: '~/x'}, undefined, surroundings).sourcePath).toBe('/x');
    expect(taskConfigFrom('t', {...BASE, source_path: '~'}, undefined, surroundings).sourcePath).toBe('/');
  });

  test('a state folder may be under the home folder', () => {
    expect(taskConfigFrom('t', {...BASE, state_dir: '~/s'}, undefined, SURROUNDINGS).stateDir).toBe('/home/me/s');
  });

  test('the remote program is nobody’s concern', () => {
    expect(taskConfigFrom('t', {...BASE, remote_bdsync_bin: '~joe/x'}, undefined, SURROUNDINGS).remoteBdsyncBin).toBe(
      '~joe/x',
    );
  });
});

describe('on the host of the target', () => {
  test.each([
    ['~', '.'],
    ['~/', '.'],
    ['~/images/a b', 'images/a b'],
    ['~//x', 'x'],
    ['~/-x', './-x'],
    ['-x', './-x'],
    ['images/x', 'images/x'],
    ['/dev/vg0/x', '/dev/vg0/x'],
    ['/x/~/y', '/x/~/y'],
    ["a'b\nc", "a'b\nc"],
  ])('%j is %j', (text, path) => {
    const values = {...BASE, connection_command: 'ssh h', target_path: text, target_patch_dir: text};
    const {sourcePath, targetPath, targetPatchDir} = taskConfigFrom('t', values, undefined, SURROUNDINGS);
    expect([sourcePath, targetPath, targetPatchDir]).toEqual(['/a', path, path]);
  });

  test.each([
    ['bdsync', 'bdsync'],
    ['~/bdsync', './bdsync'],
    ['~/bin/bdsync', './bin/bdsync'],
    ['bin/bdsync', 'bin/bdsync'],
    ['/opt/bin/bdsync', '/opt/bin/bdsync'],
  ])('the program %s is %s', (text, program) => {
    const values = {...BASE, connection_command: 'ssh h', remote_bdsync_bin: text};
    expect(taskConfigFrom('t', values, undefined, SURROUNDINGS).remoteBdsyncBin).toBe(program);
  });

  test('the source is still on this machine', async () => {
    const text = '[t]\nconnection_command: ssh h\nsource_path: ~/a\ntarget_path: ~/b\napply_patch_in_place: 1\n';
    expect(await readOneTask(text)).toMatchObject({sourcePath: '/home/me/a', targetPath: 'b'});
  });
});

test('home folders come from the environment and from /etc/passwd', () => {
  expect(homeFolderOf()).toBe(homedir());
  expect(homeFolderOf(userInfo().username)).toBe(userInfo().homedir);
  expect(homeFolderOf('no such user')).toBeUndefined();
});
