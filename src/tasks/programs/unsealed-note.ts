import type {StoredCheck} from '../report.js';
import type {TaskContext} from '../task-context.js';
import type {MediumState} from './sync-to-medium.js';

export interface UnsealedProof {
  readonly check: StoredCheck;
  readonly medium: MediumState;
}

/**
 * For the report of a patch that was applied without a seal, and `why` it had none: what was proven, and what was not.
 * A comparison afterwards has a note of its own.
 */
export function unsealedNote({plan}: Pick<TaskContext, 'plan'>, why: string, {check, medium}: UnsealedProof): string {
  const {path} = plan.target;
  const open = [`that ${path} still had what was compared`];
  if (check === 'size') open.unshift('that it had arrived unchanged (no sha256sum, openssl or shasum there)');
  if (!plan.verifyAfter) open.push('that it reads back as written');
  const unsynced = notOnItsMedium(medium);
  if (unsynced !== undefined) open.push(unsynced);
  const proven = check === 'sha256' ? 'arrived whole, by its SHA-256,' : 'arrived in its full length';
  return `${why}: the patch had ${proven} before it was applied; not proven is ${open.join(', nor ')}`;
}

/** The same for a patch that was applied as it came; undefined where a comparison afterwards leaves nothing open. */
export function inPlaceNote({plan}: Pick<TaskContext, 'plan'>, why: string, medium: MediumState): string | undefined {
  const open = plan.verifyAfter ? [] : ['that the patch arrived unchanged', 'that the target reads back as written'];
  const unsynced = notOnItsMedium(medium);
  if (unsynced !== undefined) open.push(unsynced);
  return open.length === 0 ? undefined : `${why}: not proven is ${open.join(', nor ')}`;
}

/** What is not proven of what was written, in words; undefined where it is on its medium. */
function notOnItsMedium(medium: MediumState): string | undefined {
  if (medium === 'reached') return undefined;
  const why = medium === 'unknown' ? 'no sync there' : 'all was synced there, which tells no errors';
  return `that what was written has reached its medium (${why})`;
}
