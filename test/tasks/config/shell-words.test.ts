import {ShellWordsError, splitShellWords} from '#dist/tasks/config/shell-words.js';
import {array, constantFrom, sample} from 'fast-check';
import {describe, expect, test} from 'vitest';
import {askPython, reasonWithoutPython} from '../../support/python-oracle.js';

describe('splitShellWords', () => {
  test.each<[string, string[]]>([
    ['ssh -p 2200 foo-backup@example.org', ['ssh', '-p', '2200', 'foo-backup@example.org']],
    [`ssh h sh -c 'a; b'`, ['ssh', 'h', 'sh', '-c', 'a; b']],
    ['a\\ b "c \\"d\\" \\e \\\\" \'\\f\'', ['a b', 'c "d" \\e \\', '\\f']],
    [`--x=''"" '' a#b #c`, ['--x=', '', 'a#b', '#c']],
    ['\n ssh\n\t-o A=b\r\n', ['ssh', '-o', 'A=b']],
    [' ', []],
  ])('%j', (text, words) => {
    expect(splitShellWords(text)).toEqual(words);
  });

  test.each([
    [`ssh 'a b`, "the quote ' at character 5 is not closed"],
    ['a "b\\"', 'the quote " at character 3 is not closed'],
    ['a \\', 'a backslash at the end stands before nothing'],
  ])('refuses %s', (text, message) => {
    expect(() => splitShellWords(text)).toThrow(new ShellWordsError(message));
  });
});

const skipReason = reasonWithoutPython();

describe.skipIf(skipReason)(`agreement with shlex.split${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  test('on 5000 generated texts', async () => {
    const characters = constantFrom(
      'a',
      'b',
      '=',
      '#',
      '$',
      ' ',
      '  ',
      '\t',
      '\n',
      '\u00a0',
      "'",
      '"',
      '\\',
      "''",
      'é',
      '🚀',
    );
    const texts = sample(array(characters, {maxLength: 12}), {numRuns: 5000, seed: 42}).map((parts) => parts.join(''));
    const answers = await askPython<{words: string[]} | {error: string}>('shlex', texts);

    const ours = texts.map(wordsOrError);
    const theirs = answers.map((answer) => ('words' in answer ? answer.words : 'error'));
    expect(ours).toEqual(theirs);
    expect(theirs.filter((answer) => answer === 'error').length).toBeGreaterThan(1000);
    expect(theirs.filter((answer) => answer.length > 1 && answer !== 'error').length).toBeGreaterThan(500);
  });
});

function wordsOrError(text: string): string[] | 'error' {
  try {
    return splitShellWords(text);
  } catch (error) {
    if (error instanceof ShellWordsError) return 'error';
    throw error;
  }
}
