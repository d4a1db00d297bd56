import type {SealRequest} from '../../bdsync/client.js';
import {MAX_SEALED_BLOCK_BYTES} from '../../bdsync/patch/seal-format.js';
import type {TaskContext} from '../task-context.js';

/**
 * What a stored patch is sealed with; undefined, and a note for the report, where it cannot be sealed or nobody would
 * look at its seal.
 */
export function chooseSeal(
  {plan, farEnd, host, teller}: TaskContext,
  lastingIdentity: string | undefined,
): SealRequest | undefined {
  const unsealed = (why: string): undefined => {
    teller.note(
      `${why}: the patch was stored as a whole before it was applied, but ${plan.target.path} was not looked at again ` +
        'before it was written, nor read back',
    );
  };
  if (farEnd.kind !== 'ours') return unsealed(`bdsync on ${host.name} is not ours`);
  if (plan.client.kind === 'native') return unsealed(`${plan.client.program} makes no sealed patches`);
  if (lastingIdentity === undefined) {
    return unsealed(`bdsync-manager ${farEnd.version} on ${host.name} knows no sealed patches`);
  }
  if (plan.client.options.blockBytes > MAX_SEALED_BLOCK_BYTES) return unsealed('blocks of this size cannot be sealed');
  return {targetIdentity: lastingIdentity};
}
