import {expect, test} from 'vitest';
import type {Configuration} from '#dist/tasks/config/configuration.js';
import {readConfig, told} from '../../support/read-config.js';

const IN_PLACE = '[DEFAULT]\napply_patch_in_place = yes\n';

function task(name: string, source: string, target: string, more = ''): string {
  return `[${name}]\nsource_path = ${source}\ntarget_path = ${target}\n${more}`;
}

test('tasks that write one target from different sources name each other, for every run', async () => {
  const configuration = await readConfig(
    IN_PLACE + task('home', '/home.img', '/copies/x.img') + task('mail', '/mail.img', '/copies/./x.img'),
  );
  expect(warnings(configuration)).toEqual([
    '! home: x.conf:5: [home] target_path: this is the target of mail as well, which has another source: ' +
      'each run overwrites the copy of the other (give each task a target_path of its own)',
    '! mail: x.conf:8: [mail] target_path: this is the target of home as well, which has another source: ' +
      'each run overwrites the copy of the other (give each task a target_path of its own)',
  ]);
  expect(configuration.tasks.map(({state}) => state)).toEqual(['valid', 'valid']);
});

test('the line is that of the target, also where it is inherited', async () => {
  const configuration = await readConfig(
    `${IN_PLACE}target_path = /x.img\n[a]\nsource_path = /a\n[b]\nsource_path = /b\n[c]\nsource_path = /c\n`,
  );
  expect(warnings(configuration).map((text) => text.slice(0, 120))).toEqual([
    expect.stringContaining('x.conf:3: [a] target_path (from [DEFAULT]): this is the target of b and c as well'),
    expect.stringContaining('x.conf:3: [b] target_path (from [DEFAULT]): this is the target of a and c as well'),
    expect.stringContaining('x.conf:3: [c] target_path (from [DEFAULT]): this is the target of a and b as well'),
  ]);
});

test.for([
  ['one source', task('a', '/a', '/x') + task('b', '//./a', '/x')],
  ['another host', task('a', '/a', '/x') + task('b', '/b', '/x', 'connection_command = ssh store\n')],
  ['one that is disabled', task('a', '/a', '/x') + task('b', '/b', '/x', 'disabled = yes\n')],
  ['one that is invalid', task('a', '/a', '/x') + task('b', '/b', '/x', 'stall_timeout = soon\n')],
  ['another target', task('a', '/a', '/x') + task('b', '/b', '/y')],
] as const)('nothing is said of %s', async ([, sections]) => {
  expect(warnings(await readConfig(IN_PLACE + sections))).toEqual([]);
});

test('of many, ten are named', async () => {
  const names = Array.from({length: 14}, (_, index) => `t${index}`);
  const configuration = await readConfig(IN_PLACE + names.map((name) => task(name, `/${name}`, '/x')).join(''));
  expect(warnings(configuration)[0]).toContain(
    'the target of t1, t2, t3, t4, t5, t6, t7, t8, t9, t10 and 3 more as well',
  );
});

/** All of them in order, led by `!` where a run tells them. */
function warnings({file, tasks}: Configuration): string[] {
  return tasks.flatMap(({name, warnings}) =>
    warnings.map((warning) => `${warning.likelyMistake ? '!' : ' '} ${name}: ${told(warning, file)}`),
  );
}
