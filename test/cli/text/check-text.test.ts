import {expect, test} from 'vitest';
import type {CheckedTask, Finding} from '#dist/tasks/check/check-report.js';
import {formatCheck} from '#dist/cli/text/check-text.js';

function checked(task: string, found: Partial<CheckedTask> = {}): CheckedTask {
  return {task, disabled: false, configErrors: [], unmetNeeds: [], warnings: [], facts: [], ...found};
}

function text(tasks: CheckedTask[], hasColors = false, warnings: Finding[] = []): string {
  return formatCheck({configFile: 'nightly.conf', warnings, tasks}, {hasColors});
}

test('each task has a verdict, and below it what is wrong and what was found', () => {
  const tasks = [
    checked('home', {facts: ['source /dev/vg0/home: 4.0GiB'], warnings: [{message: 'unknown key', hint: undefined}]}),
    checked('mail', {unmetNeeds: [{message: 'no bdsync on ssh store', hint: 'install it there'}]}),
    checked('older', {disabled: true}),
    checked('old', {
      disabled: true,
      configErrors: [{message: 'nightly.conf:9: [old] source_path is missing', hint: undefined}],
    }),
  ];
  expect(text(tasks)).toBe(
    `home: ready
  warning: unknown key
  source /dev/vg0/home: 4.0GiB
mail: not ready
  unmet need: no bdsync on ssh store
    hint: install it there
older: disabled
old: configuration error (disabled)
  error: nightly.conf:9: [old] source_path is missing
`,
  );
});

test('colors are for terminals that want them', () => {
  expect(text([checked('home')], true)).toBe('home: \u001b[32mready\u001b[39m\n');
});

test('what other ends say cannot steer the terminal', () => {
  expect(text([checked('a', {facts: ['version \u001b[2J']})])).toContain('version \\x1b[2J');
});

test('a file without tasks says so', () => {
  expect(text([])).toBe('nightly.conf: no tasks\n');
});

test('what concerns no task alone comes first', () => {
  expect(text([checked('home')], false, [{message: 'nightly.conf:2: [DEFAULT] mine: unknown', hint: undefined}])).toBe(
    'warning: nightly.conf:2: [DEFAULT] mine: unknown\nhome: ready\n',
  );
});
