import {execFileSync} from 'node:child_process';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {quoteWord, quoteWords} from '#dist/hosts/quote.js';
import {installedShells} from '../support/shells.js';
import {anyLine, anyWord} from '../support/word-arbitrary.js';

describe('quoteWord', () => {
  test.each([
    ['', "''"],
    ['plain', 'plain'],
    ['/dev/vg0/home', '/dev/vg0/home'],
    ['--diffsize=resize', '--diffsize=resize'],
    ['a  b', "'a  b'"],
    ["it's", String.raw`'it'\''s'`],
    ["'", String.raw`\'`],
    ['\\', String.raw`\\`],
    ['a\\b', String.raw`'a'\\'b'`],
    ['$HOME `x` "y"', '\'$HOME `x` "y"\''],
    ['line\nline', "'line\nline'"],
    ['~', "'~'"],
    ['=ls', "'=ls'"],
    ['{a,b}', "'{a,b}'"],
    ['ho!', String.raw`'ho'\!`],
    ['Spiegel-für-Größe', "'Spiegel-für-Größe'"],
  ])('writes %j as %s', (word, quoted) => {
    expect(quoteWord(word)).toBe(quoted);
  });
});

describe('quoteWords', () => {
  test('keeps a command from being an assignment or an option', () => {
    expect(quoteWords(['A=1', 'b=2'])).toBe("'A=1' b=2");
    expect(quoteWords(['-x', '-y'])).toBe("'-x' -y");
    expect(quoteWords(['--x=$y'])).toBe("'--x=$y'");
  });

  describe.each(installedShells())('read by $name', ({command, isLineBound}) => {
    test('comes back word by word', () => {
      const [file = '', ...args] = command;
      fc.assert(
        fc.property(fc.array(isLineBound ? anyLine : anyWord, {minLength: 1, maxLength: 20}), (words) => {
          const line = quoteWords(['printf', '%s\\0', ...words]);
          expect(execFileSync(file, [...args, '-c', line], {encoding: 'utf8'}).split('\0')).toEqual([...words, '']);
        }),
        {numRuns: 60},
      );
    });
  });
});
