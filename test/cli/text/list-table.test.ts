import {expect, test} from 'vitest';
import {formatLocalTime} from '#dist/local-time.js';
import {displayWidth} from '#dist/cli/text/display-width.js';
import {formatListTable} from '#dist/cli/text/list-table.js';
import type {TaskList} from '#dist/cli/text/task-list.js';

const LIST: TaskList = {
  configFile: 'nightly.conf',
  tasks: [
    {
      task: 'home',
      state: 'enabled',
      source: '/dev/vg0/home',
      target: 'bdsync/home.img',
      connection: 'ssh -p 2200 backup@store.example.org',
      flow: 'patch-file',
      errors: [],
      unfinished: [],
    },
    {
      task: 'local',
      state: 'disabled',
      source: '/srv/a.img',
      target: '/srv/b.img',
      connection: undefined,
      flow: 'in-place',
      errors: [],
      unfinished: [],
    },
    {
      task: 'bad',
      state: 'invalid',
      source: undefined,
      target: undefined,
      connection: undefined,
      flow: undefined,
      errors: ['nightly.conf:9: [bad] source_path is missing'],
      unfinished: [],
    },
  ],
};

test('a row per task, errors below', () => {
  expect(formatListTable(LIST, {columns: Number.POSITIVE_INFINITY, hasColors: false})).toBe(
    `Task   State     Source         Target           Over                                  Changes
─────  ────────  ─────────────  ───────────────  ────────────────────────────────────  ──────────
home   enabled   /dev/vg0/home  bdsync/home.img  ssh -p 2200 backup@store.example.org  patch-file
local  disabled  /srv/a.img     /srv/b.img       -                                     in-place
bad    invalid   -              -                -                                     -
nightly.conf:9: [bad] source_path is missing
`,
  );
});

test('what interrupted runs left incomplete, below', () => {
  const [home] = LIST.tasks;
  if (home === undefined) throw new Error('there is no task');
  const work = {
    kind: 'in-place' as const,
    host: 'ssh store',
    target: '/srv/\u001bhome.img',
    since: '2024-02-03T04:05:06.000Z',
  };
  const text = formatListTable(
    {...LIST, tasks: [{...home, unfinished: [work, {...work, kind: 'sealed'}]}]},
    {columns: 80, hasColors: false},
  );
  const since = formatLocalTime(work.since);
  const line = `home: /srv/\\x1bhome.img on ssh store is incomplete since ${since}, unless a run is writing it now`;
  expect(text.split('\n').slice(3)).toEqual([line, line, '']);
});

test('a narrow terminal cuts the longest cells first', () => {
  const lines = formatListTable(LIST, {columns: 80, hasColors: false}).split('\n');
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(80);
  expect(lines[2]).toMatch(
    /^home {3}enabled {3}\/dev\/vg0\/home {2}bdsync\/home.img {2}ssh -…e\.example\.org {2}patch-file$/,
  );
});

test('states are colored where colors are wanted', () => {
  expect(formatListTable(LIST, {columns: 200, hasColors: true})).toContain('\u001b[31minvalid\u001b[39m');
});

test('a file without tasks says so', () => {
  expect(formatListTable({configFile: 'empty.conf', tasks: []}, {columns: 80, hasColors: false})).toBe(
    'empty.conf: no tasks\n',
  );
});
