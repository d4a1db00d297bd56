import {expect, test} from 'vitest';
import type {Configuration} from '#dist/tasks/config/configuration.js';
import {readConfig, told} from '../../support/read-config.js';

const ENDS = 'source_path = /a\ntarget_path = /b\napply_patch_in_place = yes\n';

test('every unknown key is told, once, and which of them look misspelt', async () => {
  const configuration = await readConfig(
    `[DEFAULT]\nbandwith_limit = 1m\ncomment = x\n[t]\n${ENDS}lvm_snapshot: yes\n__proto__ = 1\n[u]\n${ENDS}`,
  );
  expect(warnings(configuration)).toEqual([
    "! x.conf:2: [DEFAULT] bandwith_limit: unknown key (did you mean 'bandwidth_limit'?)",
    '  x.conf:3: [DEFAULT] comment: unknown key',
    "! x.conf:8: [t] lvm_snapshot: unknown key (did you mean 'lvm_snapshot_enabled'?)",
    '  x.conf:9: [t] __proto__: unknown key',
  ]);
});

test('a variable is no misspelling, wherever it is used', async () => {
  const configuration = await readConfig(
    `[DEFAULT]\nsource_pat = /dev\n[t]\n${ENDS}state_dri = x\n[u]\n${ENDS}stall_time = 5\nstall_timeout = %(Stall_Time)sm\n` +
      `comment = %(state_dri)s %%(stall_timeo)s\nstall_timeo = 1\n[v]\n${ENDS.replace('/a', '%(source_pat)s/a').replace('/b', '/c')}`,
  );
  expect(warnings(configuration)).toEqual([
    '  x.conf:2: [DEFAULT] source_pat: not a key, but a variable that %(source_pat)s uses',
    '  x.conf:7: [t] state_dri: not a key, but a variable that %(state_dri)s uses',
    '  x.conf:12: [u] stall_time: not a key, but a variable that %(stall_time)s uses',
    '  x.conf:14: [u] comment: unknown key',
    "! x.conf:15: [u] stall_timeo: unknown key (did you mean 'stall_timeout'?)",
  ]);
});

test('a key that has slipped into the value above it is told', async () => {
  const configuration = await readConfig(
    `[t]\n${ENDS}connection_command = ssh\n  -o A=b\n  Bandwidth_Limit : 1m\n  h\n`,
  );
  expect(warnings(configuration)).toEqual([
    "! x.conf:5: [t] connection_command: its value goes on with an indented line that sets 'bandwidth_limit' (for an option of its own, remove the blanks before 'bandwidth_limit')",
  ]);
});

test('a task that is invalid has its warnings, too', async () => {
  const {tasks} = await readConfig('[t]\nsorce_path = /a\n');
  expect(tasks).toMatchObject([
    {state: 'invalid', warnings: [{line: 2, section: 't', key: 'sorce_path', likelyMistake: true}]},
  ]);
});

test('nothing is said about known keys, in any case', async () => {
  expect(warnings(await readConfig(`[t]\n${ENDS.toUpperCase()}STATE_DIR = /s\n`))).toEqual([]);
});

/** All of them in order, led by `!` where a misspelling is likely. */
function warnings({file, tasks, warnings}: Configuration): string[] {
  const all = [...warnings, ...tasks.flatMap((task) => task.warnings)];
  return all.map((warning) => `${warning.likelyMistake ? '!' : ' '} ${told(warning, file)}`);
}
