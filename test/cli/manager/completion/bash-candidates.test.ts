import {execFileSync} from 'node:child_process';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {bashCandidates} from '#dist/cli/manager/completion/bash-candidates.js';
import {readBashLine} from '#dist/cli/manager/completion/bash-line.js';
import {quoteWord} from '#dist/hosts/quote.js';
import {installedShells} from '../../../support/shells.js';

describe('readBashLine', () => {
  test.each([
    ['bdsync-manager ', ['bdsync-manager'], ''],
    ['a b\\ c  "d \\$ \\e" \'f\\\'', ['a', 'b c', 'd $ \\e'], 'f\\'],
    ['a --task="x y"\\ z', ['a'], '--task=x y z'],
    ["a '' ", ['a', ''], ''],
    ["a 'open word", ['a'], 'open word'],
    ['a "open \\" word', ['a'], 'open " word'],
    ['a größe', ['a'], 'größe'],
  ])('reads %s', (line, before, text) => {
    const read = readBashLine(line);
    expect({before: read?.before, text: read?.current.text}).toEqual({before, text});
  });

  test("leaves $'…' at the cursor alone", () => {
    expect(readBashLine("a $'b")).toBeUndefined();
    expect(readBashLine("a $'b' c")?.current.text).toBe('c');
  });
});

/** A name of a task: one line, nothing that a terminal obeys. */
const anyName = fc
  .string({
    unit: fc.constantFrom(...Array.from('ab \'"\\$`!:=/~*?[]{}()<>|&;#^%@,+-.ü語🙂')),
    minLength: 1,
    maxLength: 12,
  })
  .filter((name) => name.trim() !== '');

/** How a person may have begun the word. */
const STYLES: Readonly<Record<string, (text: string) => string>> = {
  none: (text) => text.replaceAll(/[^\w]/gu, String.raw`\$&`),
  single: (text) => `'${text.replaceAll("'", String.raw`'\''`)}`,
  double: (text) => `"${text.replaceAll(/["\\$`]/g, String.raw`\$&`)}`,
};

const bash = installedShells().find(({name}) => name === 'bash');

test.skipIf(!bash)('what bash puts behind the cursor makes the word, however it was begun', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(anyName, fc.nat(12), fc.constantFrom(...Object.keys(STYLES))), {minLength: 1}),
      (all) => {
        const words = all.map(([name, typed, style]) => {
          const begun = `x ${STYLES[style]?.(Array.from(name).slice(0, typed).join('')) ?? ''}`;
          const current = readBashLine(begun)?.current;
          if (!current) throw new Error(`not read: ${begun}`);
          // readline's part of the word: behind the open quote, or behind the last character that breaks words.
          const start = current.openQuote === '' ? begun.search(/(?:\\.|[^\\:=@<>|&;() ])*$/u) : 3;
          const [candidate = ''] = bashCandidates([name], begun, current, begun.slice(start));
          const isClosed = current.openQuote === '' || candidate.endsWith(current.openQuote);
          return `${begun.slice(2, start)}${candidate}${isClosed ? '' : current.openQuote}`;
        });
        const line = `printf '%s\\0' ${words.join(' ')}`;
        expect(execFileSync('bash', ['-c', line], {encoding: 'utf8'}).split('\0')).toEqual([
          ...all.map(([name]) => name),
          '',
        ]);
      },
    ),
    {numRuns: 60},
  );
});

test('only what the word begins with is offered', () => {
  const line = `x ${quoteWord('ho')}`;
  const {current} = readBashLine(line) ?? {};
  expect(current && bashCandidates(['home', 'mail', 'hotel'], line, current, 'ho')).toEqual(['home', 'hotel']);
});
