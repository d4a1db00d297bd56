import {expect, it} from 'vitest';
import {RemoteErrorLines} from '#dist/cli/bdsync/remote-error-lines.js';

function linesOf(chunks: readonly string[]): string[] {
  const lines = new RemoteErrorLines();
  const found = chunks.flatMap((chunk) => [...lines.push(Buffer.from(chunk))]);
  return [...found, ...lines.end()];
}

it('cuts lines, however they come, and keeps the last one', () => {
  expect(linesOf(['one\ntw', 'o\n\nthree'])).toEqual(['one', 'two', '', 'three']);
  expect(linesOf(['one\n'])).toEqual(['one']);
  expect(linesOf([])).toEqual([]);
});

it('drops what is not printable ASCII', () => {
  expect(linesOf(['a\u001b[1mb\tc\u0000\u007f\r\nd\u00e9e\n'])).toEqual(['a[1mbc', 'de']);
});

it('shows long lines in pieces', () => {
  expect(linesOf([`${'x'.repeat(2500)}\n`]).map((line) => line.length)).toEqual([1024, 1024, 452]);
});
