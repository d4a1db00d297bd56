import {expect, test} from 'vitest';
import {abridge, displayWidth, plainLines, plainText, shorten} from '#dist/cli/plain-text.js';

test('what a terminal would obey is made visible', () => {
  expect(plainText('a\u001b[31mb\u0007\r\n\tc\u009bd\u202ee\u007f')).toBe(
    'a\\x1b[31mb\\x07\\r\\n\\tc\\x9bd\\u202ee\\x7f',
  );
});

test('letters of every script stay as they are', () => {
  expect(plainText('größe 磁盘 диск')).toBe('größe 磁盘 диск');
});

test('lines after the first are indented, so that they cannot pass for log lines', () => {
  expect(plainLines('first\n[Task a] INFO: forged\r\nlast\u001b\n', '    ')).toBe(
    'first\n    [Task a] INFO: forged\n    last\\x1b',
  );
});

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
