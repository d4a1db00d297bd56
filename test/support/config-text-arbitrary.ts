import {type Arbitrary, array, boolean, constant, constantFrom, oneof, tuple, uniqueArray} from 'fast-check';

// Blanks that Python's strip() and JavaScript's trim() do not agree on are among these.
const BLANK = constantFrom(
  ' ',
  '  ',
  '\t',
  '\v',
  '\f',
  '\u001c',
  '\u001f',
  '\u0085',
  '\u00a0',
  '\u2003',
  '\u2028',
  '\u3000',
);
const USUAL_BLANK = constantFrom('', '', ' ', '  ', '\t');
const INDENT = oneof({weight: 6, arbitrary: constant('')}, {weight: 2, arbitrary: USUAL_BLANK}, BLANK);

const NAMES = [
  'a',
  'B',
  'key',
  'Key',
  'source_path',
  'TARGET_PATH',
  'vg',
  '__proto__',
  'constructor',
  'toString',
  'a b',
  'ä',
  'İ',
  'ΑΣ',
  'a[]',
  '"q"',
  '%(a)s',
  '\ufeffk',
];
const NAME = constantFrom(...NAMES);
const SECTION = constantFrom(
  'DEFAULT',
  'DEFAULT',
  'default',
  'home',
  'vm.disk1',
  'a]b',
  ' x ',
  '__proto__',
  'constructor',
  'ü',
  '[',
  '%',
  'a=b',
  '#',
  ';',
);

const VALUE_PIECE = oneof(
  {
    weight: 3,
    arbitrary: constantFrom(
      'x',
      '/dev/vg0/home',
      ' ',
      ' y',
      'ssh -o A=b h',
      "sh -c 'a; b'",
      'foo ; bar',
      'foo#bar',
      'yes',
      'null',
    ),
  },
  {weight: 2, arbitrary: NAME.map((name) => `%(${name})s`)},
  {
    weight: 1,
    arbitrary: constantFrom(
      '%%',
      '%%',
      '%%(a)s',
      '%(nowhere)s',
      '%',
      '%(',
      '%()s',
      '%(a)',
      '%(a)d',
      '%s',
      '100%',
      '=',
      ':',
      '[x]',
      '#',
      ';',
      '"',
      '\\',
      'é',
      '🚀',
      '\u0000',
      '\u001b',
      '\ufeff',
      '\u2029',
    ),
  },
  {weight: 1, arbitrary: BLANK},
);
const VALUE = array(VALUE_PIECE, {maxLength: 4}).map((pieces) => pieces.join(''));
const DELIMITER = constantFrom('=', ':', ' = ', ' : ', '\t=\t', '= ', '==', ':=', ' \u00a0= ');

const OPTION = tuple(NAME, DELIMITER, VALUE).map((parts) => parts.join(''));
const HEADER = tuple(SECTION, constantFrom('', '', '', ' # no comment', ']', ' = x')).map(
  ([name, rest]) => `[${name}]${rest}`,
);
const COMMENT = tuple(INDENT, constantFrom('#', ';', '# a = b', ';[x]', '#%(')).map((parts) => parts.join(''));
const JUNK = constantFrom(
  'flag',
  '= v',
  ': v',
  '=',
  '[]',
  '[',
  ']',
  '[] = v',
  '[open = x',
  'key',
  '\\',
  '\ufeff',
  '\u0000',
);

const INDENTED = tuple(oneof(BLANK, constantFrom('  ', '    ', '\t\t')), oneof(VALUE, OPTION, HEADER));

/** A line that a file may hold anywhere after its first section. */
const HARMLESS_LINE = oneof(
  {weight: 2, arbitrary: INDENTED.map((parts) => parts.join(''))},
  {weight: 2, arbitrary: COMMENT},
  {weight: 2, arbitrary: oneof(USUAL_BLANK, BLANK)},
);
const LINE_END = oneof({weight: 12, arbitrary: constant('\n')}, constantFrom('\r\n', '\r', '\n\r', '\n\n'));

const WILD_LINE = oneof(
  {weight: 5, arbitrary: tuple(INDENT, OPTION).map((parts) => parts.join(''))},
  {weight: 2, arbitrary: tuple(INDENT, HEADER).map((parts) => parts.join(''))},
  {weight: 4, arbitrary: HARMLESS_LINE},
  {weight: 1, arbitrary: tuple(INDENT, JUNK).map((parts) => parts.join(''))},
);
const WILD_LINES = tuple(constantFrom('[home]', '[DEFAULT]', '', '# c'), array(WILD_LINE, {maxLength: 9})).map(
  ([first, rest]) => [first, ...rest],
);

/** Every name once to a section, every section once: what makes most wild files fail is left out. */
const TIDY_SECTION = uniqueArray(tuple(NAME, DELIMITER, VALUE), {
  selector: ([name]) => name.toLowerCase(),
  maxLength: 5,
}).chain((options) =>
  tuple(...options.map((parts) => tuple(constant(parts.join('')), array(HARMLESS_LINE, {maxLength: 2})))).map(
    (groups) => groups.flatMap(([option, rest]) => [option, ...rest]),
  ),
);
const TIDY_LINES = uniqueArray(tuple(SECTION, TIDY_SECTION), {
  selector: ([name]) => name,
  minLength: 1,
  maxLength: 4,
}).map((sections) => sections.flatMap(([name, lines]) => [`[${name}]`, ...lines]));

const NOT_UTF8 = oneof(
  {weight: 60, arbitrary: constant([])},
  constantFrom([0xff, 0xfe], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]),
);

/** The bytes of configuration files: about half of them are in order, the others have every fault there is. */
export const configBytes: Arbitrary<Buffer> = tuple(
  oneof(WILD_LINES, TIDY_LINES),
  array(LINE_END, {minLength: 1, maxLength: 5}),
  boolean(),
  oneof({weight: 60, arbitrary: constant('')}, constant('\ufeff')),
  NOT_UTF8,
).map(([lines, lineEnds, endsWithLineEnd, mark, tail]) => {
  const text = lines.map((line, index) => line + lineEndAfter(index, lines.length, lineEnds, endsWithLineEnd)).join('');
  return Buffer.concat([Buffer.from(mark + text), Buffer.from(tail)]);
});

function lineEndAfter(index: number, count: number, lineEnds: readonly string[], endsWithLineEnd: boolean): string {
  if (index === count - 1 && !endsWithLineEnd) return '';
  return lineEnds[index % lineEnds.length] ?? '\n';
}
