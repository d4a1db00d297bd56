import type {StoredCheck} from '../report.js';
import type {TaskContext} from '../task-context.js';

export const NOT_ON_ITS_MEDIUM = 'that what was written has reached its medium (no sync there)';

export interface UnsealedProof {
  readonly check: StoredCheck;
  /** What was written is there for certain. */
  readonly isOnItsMedium: boolean;
}

/**
 * For the report of a patch that was applied without a seal, and `why` it had none: what was proven, and what was not.
 * A comparison afterwards has a note of its own.
 */
export function unsealedNote(
  {plan}: Pick<TaskContext, 'plan'>,
  why: string,
  {check, isOnItsMedium}: UnsealedProof,
): string {
  const {path} = plan.target;
  const open = [`that ${path} still had what was compared`];
  if (check === 'size') open.unshift('that it had arrived unchanged (no sha256sum, openssl or shasum there)');
  if (!plan.verifyAfter) open.push('that it reads back as written');
  if (!isOnItsMedium) open.push(NOT_ON_ITS_MEDIUM);
  const proven = check === 'sha256' ? 'arrived whole, by its SHA-256,' : 'arrived in its full length';
  return `${why}: the patch had ${proven} before it was applied; not proven is ${open.join(', nor ')}`;
}
