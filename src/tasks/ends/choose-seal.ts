import type {SealRequest} from '../../bdsync/client.js';
import {MAX_SEALED_BLOCK_BYTES} from '../../bdsync/patch/seal-format.js';
import type {TaskContext} from '../task-context.js';

/** Whether a patch is sealed, and if not, why it cannot be, or nobody would look at its seal. */
export type SealChoice =
  | {readonly kind: 'sealed'; readonly request: SealRequest}
  | {readonly kind: 'unsealed'; readonly why: string};

/** `lastingIdentity` is what our program at the target's host told of the target, unless it is too old for that. */
export function chooseSeal(context: TaskContext, lastingIdentity: string | undefined): SealChoice {
  const {farEnd, host} = context;
  const why = whyUnsealed(context);
  if (why !== undefined) return {kind: 'unsealed', why};
  if (lastingIdentity !== undefined) return {kind: 'sealed', request: {targetIdentity: lastingIdentity}};
  const version = farEnd.kind === 'ours' ? ` ${farEnd.version}` : '';
  return {kind: 'unsealed', why: `bdsync-manager${version} on ${host.name} knows no sealed patches`};
}

/** What stands against a seal before anybody has asked for the target. */
export function whyUnsealed({plan, farEnd, host}: Pick<TaskContext, 'plan' | 'farEnd' | 'host'>): string | undefined {
  if (farEnd.kind !== 'ours') return `bdsync on ${host.name} is not ours`;
  if (plan.client.kind === 'native') return `${plan.client.program} makes no sealed patches`;
  return plan.client.options.blockBytes > MAX_SEALED_BLOCK_BYTES ? 'blocks of this size cannot be sealed' : undefined;
}
