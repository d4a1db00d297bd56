import {BdsyncError} from '../../bdsync/errors.js';
import {parseSizePolicy, type SizePolicy, STRICT_SIZE_POLICY} from '../../bdsync/size-policy.js';
import type {OptionName} from './option-table.js';

/** How progress is told: a line each time, or one line that is written over. */
export type ProgressStyle = 'scroll' | 'noscroll';

/** Role options, of which there can be one; without any, it is the client. */
const ROLE_OPTIONS = ['server', 'patch', 'hold'] as const;
type RoleOption = (typeof ROLE_OPTIONS)[number];
/** Options that one role alone understands, where the original program insists, or that are ours. */
const NEEDED_ROLES: readonly (readonly [OptionName, RoleOption])[] = [
  ['warndev', 'patch'],
  ['sealed', 'patch'],
  ['mark', 'patch'],
  ['held', 'patch'],
  ['holder', 'hold'],
  ['wait-ms', 'hold'],
];
/** Options that make sense only beside another one. */
const NEEDED_OPTIONS: readonly (readonly [OptionName, readonly [OptionName, ...OptionName[]]])[] = [
  ['recover', ['sealed']],
  ['rollback', ['sealed']],
  ['allow-in-use', ['hold', 'sealed']],
  ['state-dir', ['hold', 'mark']],
];
const CONTRADICTIONS: readonly (readonly [OptionName, OptionName])[] = [
  ['hash', 'server'],
  ['hash', 'patch'],
  ['checksum', 'server'],
  ['checksum', 'patch'],
  ['zeroblocks', 'patch'],
  ['seal', 'server'],
  ['seal', 'patch'],
  ['seal', 'hold'],
  ['seal', 'remdata'],
  ['sealed', 'warndev'],
  ['sealed', 'mark'],
  ['recover', 'rollback'],
  ['held', 'allow-in-use'],
];

/** The options of one command line, and what does not go together there. */
export class GivenOptions {
  readonly #options: readonly {name: OptionName; value: string | undefined}[];

  constructor(options: readonly {name: OptionName; value: string | undefined}[]) {
    this.#options = options;
  }

  has(name: OptionName): boolean {
    return this.count(name) > 0;
  }

  count(name: OptionName): number {
    return this.#options.filter((option) => option.name === name).length;
  }

  /** Of the last one, as the original program takes it. */
  valueOf(name: OptionName): string | undefined {
    return this.#options.findLast((option) => option.name === name)?.value;
  }

  role(): RoleOption | 'client' {
    return ROLE_OPTIONS.find((name) => this.has(name)) ?? 'client';
  }

  /** Refuses what does not go together. */
  check(): void {
    const [role, secondRole] = ROLE_OPTIONS.filter((name) => this.has(name));
    if (secondRole !== undefined) throw invalid(`--${role} and --${secondRole} contradict each other`);
    for (const [name, needed] of NEEDED_ROLES) {
      if (this.has(name) && role !== needed) throw invalid(`--${name} is for --${needed} only`);
    }
    for (const [name, needed] of NEEDED_OPTIONS) {
      if (!this.has(name) || needed.some((option) => this.has(option))) continue;
      throw invalid(`--${name} is for ${needed.map((option) => `--${option}`).join(' and ')} only`);
    }
    for (const [name, other] of CONTRADICTIONS) {
      if (this.has(name) && this.has(other)) throw invalid(`--${name} and --${other} contradict each other`);
    }
    if (this.count('diffsize') > 1) throw invalid('--diffsize is given twice');
  }

  sizePolicy(): SizePolicy {
    return this.has('diffsize') ? parseSizePolicy(this.valueOf('diffsize')) : STRICT_SIZE_POLICY;
  }

  progress(): ProgressStyle | undefined {
    if (!this.has('progress')) return undefined;
    const style = this.valueOf('progress');
    if (style === undefined) return 'scroll';
    if (style === 'noscroll') return 'noscroll';
    throw invalid(`bad progress option '${style}'`);
  }

  /** A number of at least `minimum`, in the forms that strtol(3) takes. */
  numberOf(name: OptionName, fallback: number, minimum: number): number {
    const text = this.valueOf(name);
    if (text === undefined) return fallback;
    const number = /^\s*\+?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= minimum) return number;
    throw invalid(`bad number '${text}' for --${name}`);
  }
}

/** A command line that cannot be meant. */
export function invalid(message: string): BdsyncError {
  return new BdsyncError('invalid-parameters', message);
}
