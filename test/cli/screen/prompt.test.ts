import {EventEmitter} from 'node:events';
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
  const prompt = promptOn({
    isTerminal: true,
    openInput,
    write: (text) => written.push(text),
    signals: new EventEmitter(),
  });
  expect(await prompt.ask('Do that? ')).toBe(answer);
  expect(written).toEqual(['Do that? ']);
});

test('a signal ends the question, and its line', async () => {
  const written: string[] = [];
  const signals = new EventEmitter();
  const prompt = promptOn({
    isTerminal: true,
    openInput: () => new PassThrough(),
    write: (text) => written.push(text),
    signals,
  });
  const asked = prompt.ask('Do that? ');
  signals.emit('SIGINT', 'SIGINT');
  await expect(asked).rejects.toMatchObject({code: 'cancelled', signalName: 'SIGINT'});
  expect(written).toEqual(['Do that? ', '\n']);
  await new Promise(setImmediate);
  expect(signals.listenerCount('SIGINT')).toBe(0);
});
