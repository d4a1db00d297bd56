import {expect, it} from 'vitest';
import {nameOptions} from '#dist/cli/manager/sync/option-hints.js';

it.each([
  ['create it, or let create_target_if_missing = yes create a file', '--create-target-if-missing create a file'],
  ['bdsync_args = --diffsize=resize lets a file follow', '--bdsync-args=--diffsize=resize lets a file follow'],
  ['name another folder with the key state_dir', 'with the key --state-dir'],
  ['no key here', 'no key here'],
])('%s', (hint, expected) => {
  expect(nameOptions(hint)).toContain(expected);
});
