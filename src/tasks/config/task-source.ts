import {ConfigError, type ConfigPlace} from './config-error.js';
import type {KeyFault} from './key-fault.js';

/** Where the values of one task come from: a section of a file, or options of a command line. */
export interface TaskSource {
  /**
   * The text of a key, blanks at its ends removed; undefined when it is not there.
   *
   * @throws KeyFault when it cannot be worked out.
   */
  textOf(key: string): string | undefined;
  /** How the key is written there, for messages about another one. */
  nameOf(key: string): string;
  /** The error that tells of a fault of this key, with its place. */
  errorOf(key: string, fault: KeyFault): ConfigError;
}

/** Values without a file; messages name the option that each of them was given by. */
export class OptionSource implements TaskSource {
  readonly #values: ReadonlyMap<string, string>;
  readonly #optionName: (key: string) => string;

  constructor(values: Readonly<Record<string, string>>, optionName: (key: string) => string) {
    this.#values = new Map(Object.entries(values));
    this.#optionName = optionName;
  }

  textOf(key: string): string | undefined {
    return this.#values.get(key);
  }

  nameOf(key: string): string {
    return this.#optionName(key);
  }

  errorOf(key: string, fault: KeyFault): ConfigError {
    return makeError(this.nameOf(key), fault, {key});
  }
}

/** An error whose message is led by `where`. */
export function makeError(where: string, fault: KeyFault, place: ConfigPlace): ConfigError {
  return new ConfigError(fault.code, `${where}: ${fault.message}`, place, {hint: fault.hint, cause: fault.cause});
}
