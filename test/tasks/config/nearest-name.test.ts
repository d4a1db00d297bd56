import {describe, expect, test} from 'vitest';
import {nearestName} from '#dist/tasks/config/nearest-name.js';
import {TASK_KEYS} from '#dist/tasks/config/task-keys.js';

const KEYS = TASK_KEYS.map(({name}) => name);

describe('the nearest key', () => {
  test.each([
    ['sorce_path', 'source_path'],
    ['source-path', 'source_path'],
    ['soucre_path', 'source_path'],
    ['targetpath', 'target_path'],
    ['bandwith_limit', 'bandwidth_limit'],
    ['bandwidth_limits', 'bandwidth_limit'],
    ['create-target-if-missing', 'create_target_if_missing'],
    ['lvm_snapshot_enable', 'lvm_snapshot_enabled'],
    ['disable', 'disabled'],
    ['state_dri', 'state_dir'],
    ['bandwidth', 'bandwidth_limit'],
    ['lvm_snapshot', 'lvm_snapshot_enabled'],
  ])('to %s is %s', (written, key) => {
    expect(nearestName(written, KEYS)).toBe(key);
  });

  test.each(['vg', 'host', 'enabled', 'base_dir', 'comment', '__proto__', '', 'x'.repeat(5000)])(
    'to %s is none',
    (written) => {
      expect(nearestName(written, KEYS)).toBeUndefined();
    },
  );

  test('is the nearest of several', () => {
    expect(nearestName('target_pathx', ['source_path', 'target_paths', 'target_path'])).toBe('target_paths');
    expect(nearestName('abcd', ['abdc', 'abcd'])).toBe('abcd');
  });

  test('a swap of two neighbours counts as one edit, no stretch is edited twice', () => {
    expect(nearestName('abdc', ['abcd'])).toBe('abcd');
    expect(nearestName('ca', ['abc'])).toBeUndefined();
  });
});
