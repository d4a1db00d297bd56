import * as fc from 'fast-check';
import {expect, it} from 'vitest';
import {quoteServerCommand, splitServerCommand} from '#dist/bdsync/server-command.js';

it.each([
  ['ssh host bdsync --server', ['ssh', 'host', 'bdsync', '--server']],
  ['  bdsync   --server  ', ['bdsync', '--server']],
  ['"my bdsync" --server', ['my bdsync', '--server']],
  ['sh -c \'exec bdsync "--server"\'', ['sh', '-c', 'exec bdsync "--server"']],
  [`a"b c"d'e f'g`, ['ab cde fg']],
  ['x \'it\'\'s\' "a""b"', ['x', "it's", 'a"b']],
  ['x \'\' ""', ['x', '', '']],
  ["x ''''", ['x', "'"]],
  ['x a\\ b $HOME *', ['x', 'a\\', 'b', '$HOME', '*']],
  ['x a\tb\nc', ['x', 'a\tb\nc']],
])('splits %j', (command, words) => {
  expect(splitServerCommand(command)).toEqual(words);
});

it.each([
  ['x "a', 'a closing " is missing in the server command'],
  ["x 'a''", "a closing ' is missing in the server command"],
  ['', 'the server command names no program'],
  ['   ', 'the server command names no program'],
  ["'' x", 'the server command names no program'],
])('refuses %j', (command, message) => {
  expect(() => splitServerCommand(command)).toThrow(expect.objectContaining({code: 'invalid-parameters', message}));
});

it('gives back any words that were quoted for it, in either kind of quotes', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), {minLength: 1}), (words) => {
      fc.pre(words[0] !== '');
      expect(splitServerCommand(quoteServerCommand(words))).toEqual(words);
      const single = words.map((word) => `'${word.replaceAll("'", "''")}'`);
      expect(splitServerCommand(single.join(' '))).toEqual(words);
    }),
  );
});
