import type {Notices} from './notices.js';

/** What every role of the program gets. */
export interface RoleContext {
  readonly notices: Notices;
  /** Aborts when a signal asks the program to end. */
  readonly signal: AbortSignal;
}
