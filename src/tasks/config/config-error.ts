import {ExpectedError, type FailureDetails} from '../../errors.js';

export type ConfigErrorCode =
  | 'config-unreadable'
  | 'config-syntax'
  | 'config-interpolation'
  | 'config-missing-key'
  | 'config-unknown-key'
  | 'config-value';

/** Where a fault of the configuration is; all undefined for values that no file holds. */
export interface ConfigPlace {
  readonly file?: string | undefined;
  /** Counted from 1. */
  readonly line?: number | undefined;
  readonly section?: string | undefined;
  readonly key?: string | undefined;
}

/** A fault of the configuration; the message already names its place, as `FILE:LINE: [SECTION] KEY: …`. */
export class ConfigError extends ExpectedError<ConfigErrorCode> {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly section: string | undefined;
  readonly key: string | undefined;

  constructor(code: ConfigErrorCode, message: string, place: ConfigPlace, details: FailureDetails = {}) {
    super(code, message, details);
    this.file = place.file;
    this.line = place.line;
    this.section = place.section;
    this.key = place.key;
  }
}
