import {describe, expect, test} from 'vitest';
import {hasWildcard, matchesGlob, nameGlob, nameGlobs} from '#dist/tasks/config/name-glob.js';

describe('a pattern of volume names', () => {
  test.each([
    ['*', 'home', true],
    ['*', '', true],
    ['vm-*', 'vm-mail', true],
    ['vm-*', 'vm', false],
    ['vm-*', 'old-vm-mail', false],
    ['*-swap', 'vm-mail-swap', true],
    ['vm?', 'vm1', true],
    ['vm?', 'vm', false],
    ['vm[1-3]', 'vm2', true],
    ['vm[1-3]', 'vm4', false],
    ['vm[!1-3]', 'vm4', true],
    ['vm[^1-3]', 'vm1', false],
    ['vm[a.+-]', 'vm-', true],
    ['vm[a.+-]', 'vmb', false],
    ['vm[3-1]', 'vm2', false],
    ['a.b', 'axb', false],
    ['a+b', 'a+b', true],
    ['a+b', 'aab', false],
    ['[\\d]', '5', false],
    ['home', 'home', true],
    ['home', 'HOME', false],
  ])('%s and %s: %s', (glob, name, expected) => {
    expect(matchesGlob(glob, name)).toBe(expected);
  });

  test.each(['*', 'a?', '[ab]', '[!a-z]*', 'plain', 'a+b_c.d-e'])('%s may match one', (text) => {
    expect(nameGlob(text)).toBe(text);
  });

  test.each([
    ['a[b', "'a[b' has a '[' without a ']'"],
    ['{a,b}', "'{a,b}' matches no volume: their names have letters, digits and + _ . - only"],
    ['/dev/vg0/a', "'/dev/vg0/a' matches no volume: their names have letters, digits and + _ . - only"],
    ['ä*', "'ä*' matches no volume: their names have letters, digits and + _ . - only"],
  ])('%s matches none', (text, message) => {
    expect(() => nameGlob(text)).toThrow(message);
  });

  test('stands in a list with blanks and commas', () => {
    expect(nameGlobs('a*, b  c,d\n  [ef]')).toEqual(['a*', 'b', 'c', 'd', '[ef]']);
  });

  test('is told from a name', () => {
    expect(['a*', 'a?', '[a]', 'a', 'a-b'].map(hasWildcard)).toEqual([true, true, true, false, false]);
  });
});
