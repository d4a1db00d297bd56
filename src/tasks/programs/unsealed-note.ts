import type {StoredCheck} from '../report.js';
import type {TaskContext} from '../task-context.js';

/**
 * For the report of a patch that was applied without a seal, and `why` it had none: what was proven, and what was not.
 * A comparison afterwards has a note of its own.
 */
export function unsealedNote(
  {plan, farEnd}: Pick<TaskContext, 'plan' | 'farEnd'>,
  why: string,
  check: StoredCheck,
): string {
  const {path} = plan.target;
  const open = [`that ${path} still had what was compared`];
  if (check === 'size') open.unshift('that it had arrived unchanged (no sha256sum, openssl or shasum there)');
  if (!plan.verifyAfter) {
    open.push(
      farEnd.kind === 'ours' ? 'that it reads back as written' : 'that what was written has reached its medium',
    );
  }
  const proven = check === 'sha256' ? 'arrived whole, by its SHA-256,' : 'arrived in its full length';
  return `${why}: the patch had ${proven} before it was applied; not proven is ${open.join(', nor ')}`;
}
