import * as fc from 'fast-check';

/** Words that shells like to take apart, among any text that can be a word (no NUL). */
export const anyWord: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    "'",
    '\\',
    '"',
    '$HOME',
    '$(id)',
    '`id`',
    '!!',
    '~',
    '*',
    '?',
    '[a]',
    '{a,b}',
    '#',
    '&',
    ';',
  ),
  fc.constantFrom(
    '\n',
    '\r',
    '\t',
    '-n',
    '--',
    '-x=1',
    'A=1',
    '%s',
    '\\n',
    '^x',
    '%self',
    '(id)',
    '<x',
    '>x',
    '|',
    'if',
  ),
  fc.string({unit: fc.constantFrom('a', ' ', "'", '\\', '"', '$', '\n', '`', '!', 'ü', '-', '=', '*')}),
  fc.string({unit: 'binary'}).map((text) => text.replaceAll('\0', '')),
  fc.string({unit: 'grapheme'}),
);

/** As anyWord, for a shell that cannot read line breaks. */
export const anyLine: fc.Arbitrary<string> = anyWord.map((word) => word.replaceAll('\n', ' '));
