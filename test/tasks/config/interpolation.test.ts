import {InterpolationFault, interpolate, referencedNames} from '#dist/tasks/config/interpolation.js';
import {describe, expect, test} from 'vitest';

// Values and kinds of faults are held against Python (python-agreement.test.ts); here are the words of the faults and
// the bounds that Python does not have.

describe('faults', () => {
  test('a name that leads nowhere is named, with the value that it stands in', () => {
    expect(faultOf('%(VG)s/home')).toMatchObject({
      kind: 'missing-option',
      reference: 'vg',
      message: '%(vg)s names no key of this section or of [DEFAULT]',
    });
    expect(faultOf('%(a)s', {a: '/dev/%(vg)s'}).message).toBe(
      "%(vg)s in the value of 'a' names no key of this section or of [DEFAULT]",
    );
  });

  test('a percent sign that means nothing is told with its remedy, and the value for who may quote it', () => {
    expect(faultOf('100%')).toMatchObject({
      kind: 'syntax',
      message: "a '%' that begins neither '%%' nor '%(name)s'",
      raw: '100%',
      hint: "write '%%' for one percent sign",
    });
    expect(faultOf('%(a)s', {a: '%(b'})).toMatchObject({
      message: "a '%' that begins neither '%%' nor '%(name)s' in the value of 'a'",
      raw: '%(b',
    });
  });

  test('a circle is told with its way', () => {
    expect(faultOf('%(a)s', {a: '%(b)s', b: '%(a)s'})).toMatchObject({
      kind: 'depth',
      message: '%(…)s refer to one another more than 10 deep: a → b → a → b → a → b → a → b → a → b',
    });
  });
});

describe('bounds', () => {
  test('values that multiply end in a fault, not in gigabytes', () => {
    expect(faultOf('%(v0)s', chain('x'.repeat(1000), 10)).kind).toBe('size');
  });

  test('nor do empty ones take for ever', () => {
    expect(faultOf('%(v0)s', chain('', 10)).kind).toBe('size');
  });

  test('ten steps are allowed', () => {
    expect(interpolate('%(v0)s', (name) => new Map(Object.entries(chain('%%', 1))).get(name))).toBe('%');
  });
});

test('referencedNames finds references only', () => {
  expect(referencedNames('%(A)s %%(b)s %(c) %%%(d)s % 100%%(e)s %(f g)s')).toEqual(['a', 'd', 'f g']);
});

function faultOf(raw: string, options: Readonly<Record<string, string>> = {}): InterpolationFault {
  const values = new Map(Object.entries(options));
  try {
    interpolate(raw, (name) => values.get(name));
  } catch (error) {
    if (error instanceof InterpolationFault) return error;
    throw error;
  }
  throw new Error('no fault');
}

/** v0 → … → v8, each of which refers to the next as often as asked. */
function chain(last: string, references: number): Record<string, string> {
  const values = Array.from({length: 9}, (_, level) => [
    `v${level}`,
    level === 8 ? last : `%(v${level + 1})s`.repeat(references),
  ]);
  return Object.fromEntries(values);
}
