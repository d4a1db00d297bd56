import {expect, test} from 'vitest';
import {abridge, displayWidth, shorten} from '#dist/cli/text/display-width.js';

test('width counts columns, not characters', () => {
  expect(displayWidth('home')).toBe(4);
  expect(displayWidth('磁盘')).toBe(4);
  expect(displayWidth('e\u0301')).toBe(1);
});

test('text that is cut says so, and never passes the limit', () => {
  expect(shorten('example-home', 12)).toBe('example-home');
  expect(shorten('example-home', 8)).toBe('example…');
  expect(shorten('磁盘磁盘', 6)).toBe('磁盘…');
});

test('a name that is too long keeps its ends', () => {
  expect(abridge('example-home', 12)).toBe('example-home');
  expect(abridge('/srv/images/one.img to /srv/copies/one.img', 24)).toBe('/srv/im…v/copies/one.img');
  for (let columns = 3; columns < 12; columns += 1) {
    expect(displayWidth(abridge('磁盘 one 磁盘 two', columns))).toBeLessThanOrEqual(columns);
  }
});
