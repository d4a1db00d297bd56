import {KeyFault} from './key-fault.js';
import {quoted} from './quoted.js';

// Patterns of volume names: `*`, `?`, `[a-f]`, `[!0-9]`, as a shell has them; everything else stands for itself.

const WILDCARDS = /[*?[]/;
const NAME_LETTERS = /^[A-Za-z0-9+_.-]*$/;
/** What stands in brackets; `]` counts as a letter where it comes first, as in the shell. */
const BRACKETS = /\[[!^]?\]?[^\]]*\]/g;

/** Whether a text stands for more than one name. */
export function hasWildcard(text: string): boolean {
  return WILDCARDS.test(text);
}

/**
 * A pattern that may match a volume's name.
 *
 * @throws KeyFault
 */
export function nameGlob(text: string): string {
  const outside = text.replace(BRACKETS, '?');
  if (outside.includes('[')) throw new KeyFault(`${quoted(text)} has a '[' without a ']'`);
  if (!NAME_LETTERS.test(outside.replaceAll(/[*?]/g, ''))) {
    throw new KeyFault(`${quoted(text)} matches no volume: their names have letters, digits and + _ . - only`, {
      hint: 'as wildcards there are *, ? and [...]',
    });
  }
  return text;
}

/** Patterns with blanks or commas between them. */
export function nameGlobs(text: string): readonly string[] {
  return text
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(nameGlob);
}

export function matchesGlob(glob: string, name: string): boolean {
  return expressionOf(glob).test(name);
}

function expressionOf(glob: string): RegExp {
  const parts = glob.match(/\[[!^]?\]?[^\]]*\]|[^]/g) ?? [];
  return new RegExp(`^${parts.map(partExpression).join('')}$`);
}

function partExpression(part: string): string {
  if (part === '*') return '.*';
  if (part === '?') return '.';
  const [, not, letters] = /^\[([!^]?)([^]+)\]$/.exec(part) ?? [];
  if (letters === undefined) return part.replace(/[.+]/, '\\$&');
  // A range that runs backwards is none, and matches nothing.
  const ranges = [...letters.matchAll(/([^])-([^])|([^])/g)].flatMap(([, from, to, single]) => {
    if (single !== undefined) return [escaped(single)];
    return from !== undefined && to !== undefined && from <= to ? [`${escaped(from)}-${escaped(to)}`] : [];
  });
  return ranges.length === 0 && not === '' ? '(?!)' : `[${not === '' ? '' : '^'}${ranges.join('')}]`;
}

function escaped(letter: string): string {
  return letter.replace(/[\\\]^-]/, '\\$&');
}
