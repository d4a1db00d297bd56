import {expect, test} from 'vitest';
import {plainLines, plainText} from '#dist/plain-text.js';

test('what a terminal would obey is made visible', () => {
  expect(plainText('a\u001b[31mb\u0007\r\n\tc\u009bd\u202ee\u007f\u2028\u200e\0')).toBe(
    'a\\x1b[31mb\\x07\\r\\n\\tc\\x9bd\\u202ee\\x7f\\u2028\\u200e\\x00',
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
