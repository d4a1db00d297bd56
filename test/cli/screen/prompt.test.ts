import {PassThrough} from 'node:stream';
import {expect, test} from 'vitest';
import {promptOn} from '#dist/cli/screen/prompt.js';

test.each([
  ['yes\nmore\n', 'yes'],
  ['yes', 'yes'],
  ['\n', ''],
  ['', ''],
])('asked with %j to read, the answer is %j', async (typed, answer) => {
  const written: string[] = [];
  const openInput = () => new PassThrough().end(typed);
  const prompt = promptOn({isTerminal: true, openInput, write: (text) => written.push(text)});
  expect(await prompt.ask('Do that? ')).toBe(answer);
  expect(written).toEqual(['Do that? ']);
});
