import {OptionError, type OptionSpec, parseOptions} from '#dist/getopt.js';
import {describe, expect, test} from 'vitest';

const SPECS = [
  {name: 'hash', short: 'h', value: 'required'},
  {name: 'help', short: 'H', value: 'none'},
  {name: 'verbose', short: 'v', value: 'none'},
  {name: 'diff', value: 'none'},
  {name: 'diffsize', short: 'd', value: 'optional'},
] as const satisfies OptionSpec[];

describe('parseOptions finds', () => {
  test.each<[string, string[]]>([
    ['--hash=md5', ['hash=md5']],
    ['--hash md5', ['hash=md5']],
    ['--hash -v', ['hash=-v']],
    ['--hash= -v', ['hash=', 'verbose']],
    ['-hmd5 -h md5 -vhmd5', ['hash=md5', 'hash=md5', 'verbose', 'hash=md5']],
    ['-h=md5', ['hash==md5']],
    ['--ha md5 --verb', ['hash=md5', 'verbose']],
    ['--diff --diffs --diffsize', ['diff', 'diffsize', 'diffsize']],
    [
      '--diffsize=resize,warn -dstrict -d -vd',
      ['diffsize=resize,warn', 'diffsize=strict', 'diffsize', 'verbose', 'diffsize'],
    ],
    ['--diffsize=', ['diffsize=']],
    ['-vvH', ['verbose', 'verbose', 'help']],
    ['one -v two - -- -v', ['verbose', 'operand one', 'operand two', 'operand -', 'operand -v']],
    ['', []],
  ])('%s', (line, expected) => {
    expect(found(line)).toEqual(expected);
  });
});

describe('parseOptions refuses', () => {
  test.each<[string, string, string]>([
    ['--nothing=1', 'unknown-option', "unrecognized option '--nothing=1'"],
    ['-vx', 'unknown-option', "invalid option -- 'x'"],
    ['--h', 'ambiguous-option', "option '--h' is ambiguous; possibilities: '--hash' '--help'"],
    ['--hash', 'value-missing', "option '--hash' requires an argument"],
    ['-vh', 'value-missing', "option requires an argument -- 'h'"],
    ['--verb=2', 'value-refused', "option '--verbose' doesn't allow an argument"],
  ])('%s', (line, code, message) => {
    expect(() => found(line)).toThrow(OptionError);
    expect(() => found(line)).toThrow(expect.objectContaining({code, message}));
  });
});

function found(line: string): string[] {
  const {options, operands} = parseOptions(
    line.split(' ').filter((word) => word !== ''),
    SPECS,
  );
  return [
    ...options.map(({option, value}) => (value === undefined ? option.name : `${option.name}=${value}`)),
    ...operands.map((word) => `operand ${word}`),
  ];
}
