import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {parseSyncSource, parseSyncTarget} from '#dist/cli/manager/sync/sync-target.js';
import {syncTaskName, syncTaskValues} from '#dist/cli/manager/sync/sync-task-values.js';

test.for([
  ['disk.img', undefined, 'disk.img'],
  ['/srv/a:b.img', undefined, '/srv/a:b.img'],
  ['./a:b', undefined, './a:b'],
  ['store:disk.img', 'store', 'disk.img'],
  ['store:/dev/vg0/a:b', 'store', '/dev/vg0/a:b'],
  ['backup@store.example.org:with blank', 'backup@store.example.org', 'with blank'],
  ['[::1]:/srv/x', '::1', '/srv/x'],
  ['me@[fe80::1%eth0]:x', 'me@fe80::1%eth0', 'x'],
  ['store:line\nbreak', 'store', 'line\nbreak'],
  ['store:~/disk.img', 'store', '~/disk.img'],
] as const)('%j goes to %j, %j', ([text, login, path]) => {
  expect(parseSyncTarget(text)).toEqual({login, path});
});

test.for([
  ['', /empty/],
  [':path', /names no host/],
  ['me@:path', /names no host/],
  ['@store:path', /names no host/],
  ['[]:path', /names no host/],
  ['store:', /no path/],
  ['[::1]:', /no path/],
  ['-oProxyCommand=x:path', /starts with '-'/],
  ['me@-oProxyCommand=x:path', /starts with '-'/],
  ['ssh://store:2200/path', /is a URL/],
] as const)('target %j is refused', ([text, message]) => {
  expect(() => parseSyncTarget(text)).toThrow(message);
});

test('the source is on this machine', () => {
  expect(parseSyncSource('/dev/disk/by-path/pci-0000:00')).toBe('/dev/disk/by-path/pci-0000:00');
  expect(() => parseSyncSource('store:disk.img')).toThrow(/must be on this machine/);
  expect(() => parseSyncSource('')).toThrow(/empty/);
});

test('a host becomes a connection through ssh, whose words a shell would split as meant', () => {
  expect(syncTaskValues('a.img', "o'x@store:b.img", {})).toEqual({
    source_path: 'a.img',
    target_path: 'b.img',
    connection_command: "ssh 'o'\\''x@store'",
    apply_patch_in_place: 'yes',
  });
});

test('a patch folder means that patches are stored, unless in place is asked for', () => {
  expect(syncTaskValues('a', 'b', {target_patch_dir: '/p'})).not.toHaveProperty('apply_patch_in_place');
  expect(syncTaskValues('a', 'b', {target_patch_dir: '/p', apply_patch_in_place: 'yes'})).toHaveProperty(
    'apply_patch_in_place',
    'yes',
  );
});

test('a connection of your own takes the path alone', () => {
  expect(syncTaskValues('a', '/b', {connection_command: 'sudo -n'})).toHaveProperty('connection_command', 'sudo -n');
  expect(() => syncTaskValues('a', 'store:b', {connection_command: 'ssh store'})).toThrow(/and so does/);
});

test('a run is named after its ends, wherever it is started', () => {
  expect(syncTaskName('a.img', './b.img')).toBe(`${resolve('a.img')} to ${resolve('b.img')}`);
  expect(syncTaskName('/a.img', 'store:b.img')).toBe('/a.img to store:b.img');
});
