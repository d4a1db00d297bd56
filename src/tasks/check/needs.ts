import {ExpectedError} from '../../errors.js';
import type {CheckedTask, Finding} from './check-report.js';
import {TaskError} from '../task-error.js';

/** What is found out about one task, as it is found. */
export class Needs implements Pick<CheckedTask, 'unmetNeeds' | 'warnings' | 'facts'> {
  readonly unmetNeeds: Finding[] = [];
  readonly warnings: Finding[] = [];
  readonly facts: string[] = [];
  /** Whether the target's host has told that it is incomplete. */
  hasMark = false;

  /** Runs one check; an expected failure becomes an unmet need. Throws the reason of `signal` when it aborts. */
  async collect<Result>(signal: AbortSignal, check: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await check();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ExpectedError)) throw error;
      this.unmetNeeds.push(findingOf(error));
      return undefined;
    }
  }

  warn(error: ExpectedError): void {
    this.warnings.push(findingOf(error));
  }
}

export function findingOf(error: ExpectedError): Finding {
  const lines = error instanceof TaskError ? error.errorLines : [];
  return {message: [error.message, ...lines].join('\n  '), hint: error.hint};
}
