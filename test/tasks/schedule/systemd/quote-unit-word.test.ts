import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {quoteUnitWord, unitCommand} from '#dist/tasks/schedule/systemd/quote-unit-word.js';
import {noSystemdTest, readCommands} from '../../../support/systemd-analyze.js';
import {temporaryFolder} from '../../../support/temporary-folder.js';
import {writableWord} from '../../../support/writable-word.js';

test.each([
  ['plain', 'plain'],
  ['/dev/vg0/home', '/dev/vg0/home'],
  ['', '""'],
  ['a b', '"a b"'],
  ['50%', '"50%%"'],
  ['%h', '"%%h"'],
  ['say "x"', String.raw`"say \"x\""`],
  ['a\\x41', String.raw`"a\\x41"`],
  [';', '";"'],
  ['$HOME', '"$HOME"'],
  ["it's", `"it's"`],
])('writes %j as %s', (word, quoted) => {
  expect(quoteUnitWord(word)).toBe(quoted);
});

test.each(['two\nlines', 'a\r', '\0', '\u001b[1m', 'a\tb', '\u0085'])(
  'refuses %j, which would end a line or mean more',
  (word) => {
    expect(() => quoteUnitWord(word)).toThrow(/^'.*' has a control character/);
  },
);

test.each(['a\uFFFE', '\u{1FFFF}', '\uFDD0', '\uD800'])('refuses %j, which systemd does not take for text', (word) => {
  expect(() => quoteUnitWord(word)).toThrow(/^systemd takes no unit with a character of '/);
});

test('refuses a program whose path systemd does not take', () => {
  for (const path of [`/opt/it's/node`, '/opt/"x"/node', '/opt/a\\b/node']) {
    expect(() => unitCommand([path, 'run'])).toThrow('systemd cannot start a program with quotes in its path');
  }
  expect(unitCommand(['/opt/a b/50%/node', 'run'])).toBe(':"/opt/a b/50%%/node" run');
});

if (noSystemdTest !== undefined) console.warn(`SKIPPED: quoting, as systemd reads it: ${noSystemdTest}`);

describe.skipIf(noSystemdTest)(`systemd${noSystemdTest ? ` (skipped: ${noSystemdTest})` : ''}`, () => {
  test('reads back any words as they were', async () => {
    const commands = fc.sample(fc.array(writableWord, {minLength: 1, maxLength: 6}), 150);
    const lines = commands.map((words) => `ExecStart=${unitCommand(['/usr/bin/env', ...words])}`);
    const service = ['[Unit]', 'DefaultDependencies=no', '[Service]', 'Type=oneshot', ...lines, ''].join('\n');
    const read = await readCommands(await temporaryFolder(), service);
    expect(read).toEqual(commands.map((words) => ['/usr/bin/env', ...words]));
  });
});
