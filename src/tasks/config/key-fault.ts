import type {ConfigErrorCode} from './config-error.js';

/** What is wrong with the value of one key; whoever knows its place makes a ConfigError of it. */
export class KeyFault extends Error {
  readonly code: ConfigErrorCode;
  readonly hint: string | undefined;

  constructor(message: string, details: {code?: ConfigErrorCode; hint?: string | undefined; cause?: unknown} = {}) {
    super(message, details.cause === undefined ? undefined : {cause: details.cause});
    this.code = details.code ?? 'config-value';
    this.hint = details.hint;
  }
}
