/** What an expected failure carries beside its message. */
export interface FailureDetails {
  /** What to do about it, when the remedy is known: lower case, no full stop. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A failure that a user can bring about or meet: told in one message, never with a stack. Each area derives its own
 * class with its own union of codes; src/cli maps codes to exit statuses. Anything else that is thrown is a defect.
 */
export abstract class ExpectedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string | undefined;

  constructor(code: Code, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? undefined : {cause: details.cause});
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
  }
}

export interface ProgramFailureDetails extends FailureDetails {
  readonly errorLines?: readonly string[] | undefined;
}

/** A failure of, or around, a program that was started. */
export abstract class ProgramError<Code extends string = string> extends ExpectedError<Code> {
  /** Its last lines of standard error, control characters made harmless; empty when there were none. */
  readonly errorLines: readonly string[];

  constructor(code: Code, message: string, details: ProgramFailureDetails = {}) {
    super(code, message, details);
    this.errorLines = details.errorLines ?? [];
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whatever was thrown, as an Error: itself when it is one. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** The `code` of a Node system error (`ENOENT`, …) or of an ExpectedError; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
