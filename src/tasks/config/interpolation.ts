/** Python's BasicInterpolation: `%(name)s` stands for another option's value, `%%` for a percent sign. */

/** How deep values may refer to one another, as in Python. */
const MAX_DEPTH = 10;
// Python has no such bounds; without them ten short lines can ask for gigabytes.
const MAX_SUBSTITUTIONS = 10_000;
const MAX_LENGTH = 1024 * 1024;

export type InterpolationFaultKind = 'syntax' | 'missing-option' | 'depth' | 'size';

/** Why a value cannot be worked out; the caller knows file, line, section and key. */
export class InterpolationFault extends Error {
  readonly kind: InterpolationFaultKind;
  /** The name inside the `%(…)s` that leads nowhere, for `missing-option`. */
  readonly reference: string | undefined;
  readonly hint: string | undefined;
  /** The value with the fault, where that helps to find it; whoever knows that it is no secret quotes it. */
  readonly raw: string | undefined;

  constructor(
    kind: InterpolationFaultKind,
    message: string,
    details: {reference?: string; hint?: string; raw?: string} = {},
  ) {
    super(message);
    this.kind = kind;
    this.reference = details.reference;
    this.hint = details.hint;
    this.raw = details.raw;
  }
}

/**
 * Works out `raw`. `lookUp` gives the raw value of an option, by its name in lower case, as the section sees it (its
 * own or inherited from `[DEFAULT]`). Throws InterpolationFault.
 */
export function interpolate(raw: string, lookUp: (name: string) => string | undefined): string {
  return new Interpolation(lookUp).expand(raw, []);
}

/** The names that `raw` refers to, in lower case; what is no reference is passed over. */
export function referencedNames(raw: string): string[] {
  return [...raw.matchAll(PIECE)].flatMap(([, name]) => (name === undefined ? [] : [name.toLowerCase()]));
}

/** Plain text, an escaped percent sign, a reference, or a percent sign that is none of these. */
const PIECE = /[^%]+|%%|%\(([^)]+)\)s|%/g;

class Interpolation {
  readonly #lookUp: (name: string) => string | undefined;
  #substitutions = 0;
  #length = 0;

  constructor(lookUp: (name: string) => string | undefined) {
    this.#lookUp = lookUp;
  }

  /** `trail`: the names that led from the option to this value. */
  expand(raw: string, trail: readonly string[]): string {
    if (trail.length >= MAX_DEPTH) {
      const message = `%(…)s refer to one another more than ${MAX_DEPTH} deep: ${trail.join(' → ')}`;
      throw new InterpolationFault('depth', message);
    }
    let text = '';
    for (const [piece, name] of raw.matchAll(PIECE)) {
      if (name !== undefined) text += this.#substitute(name.toLowerCase(), trail);
      else if (piece === '%%') text += this.#counted('%');
      else if (piece === '%') throw strayPercentSign(raw, trail);
      else text += this.#counted(piece);
    }
    return text;
  }

  #substitute(name: string, trail: readonly string[]): string {
    const value = this.#lookUp(name);
    if (value === undefined) {
      const message = `%(${name})s${within(trail)} names no key of this section or of [DEFAULT]`;
      throw new InterpolationFault('missing-option', message, {reference: name});
    }
    this.#substitutions += 1;
    if (this.#substitutions > MAX_SUBSTITUTIONS) throw tooLong();
    return value.includes('%') ? this.expand(value, [...trail, name]) : this.#counted(value);
  }

  #counted(text: string): string {
    this.#length += text.length;
    if (this.#length > MAX_LENGTH) throw tooLong();
    return text;
  }
}

function strayPercentSign(raw: string, trail: readonly string[]): InterpolationFault {
  return new InterpolationFault('syntax', `a '%' that begins neither '%%' nor '%(name)s'${within(trail)}`, {
    raw,
    hint: "write '%%' for one percent sign",
  });
}

function within(trail: readonly string[]): string {
  const name = trail.at(-1);
  return name === undefined ? '' : ` in the value of '${name}'`;
}

function tooLong(): InterpolationFault {
  return new InterpolationFault(
    'size',
    `its %(…)s make more than ${MAX_LENGTH} characters or ${MAX_SUBSTITUTIONS} steps`,
  );
}
