import type {Host} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';
import {parseVolumePath} from '../../lvm/volume-path.js';
import type {Finding} from '../check/check-report.js';
import {findingOf} from '../check/needs.js';
import type {FarEnd} from '../ends/far-end.js';
import type {HostPool} from '../ends/host-pool.js';
import {inspectTarget} from '../ends/inspect-target.js';
import type {TaskPlan} from '../plan.js';
import {TaskError} from '../task-error.js';
import {contentOfTarget} from './target-content.js';

/** What is known of a target before there is a task for it. */
export interface TargetLook {
  readonly hostName: string;
  readonly isLocal: boolean;
  /** `silent`: nothing came back within the time; whoever asks again waits again. */
  readonly reach: 'reached' | 'unreachable' | 'silent';
  /** Undefined where there is none, or none was found. */
  readonly bdsync: FarEnd | undefined;
  /** Undefined where it could not be looked at. */
  readonly target: LookedTarget | undefined;
  readonly troubles: readonly Finding[];
}

export type LookedTarget =
  | {
      readonly kind: 'present';
      readonly deviceKind: 'file' | 'block';
      readonly sizeBytes: number | undefined;
      /** `ext4`, say; undefined where nobody can tell. */
      readonly content: string | undefined;
    }
  /** What a run could create there; nothing where its folder is missing, or would be lost with the next boot. */
  | {readonly kind: 'missing'; readonly creatable: 'file' | 'volume' | undefined};

/** Longer than a person takes for a password. */
const ANSWER_TIMEOUT_MS = 150_000;

/**
 * Tries the way to the target of a plan, and looks what is there. Writes nothing.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function lookAtTarget(
  plan: TaskPlan,
  pool: HostPool,
  signal: AbortSignal,
  timeoutMs = ANSWER_TIMEOUT_MS,
): Promise<TargetLook> {
  const host = pool.host(plan.target);
  const troubles: Finding[] = [];
  const late = AbortSignal.timeout(timeoutMs);
  const base = {hostName: host.name, isLocal: host.isLocal, bdsync: undefined, target: undefined, troubles};
  try {
    const either = AbortSignal.any([signal, late]);
    const bdsync = await farEnd(plan, pool, either, troubles);
    return {...base, reach: 'reached', bdsync, target: await look(plan, host, either, troubles)};
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) {
      troubles.push({message: `${host.name} did not answer within ${timeoutMs / 1000} s`, hint: undefined});
      return {...base, reach: 'silent'};
    }
    if (!(error instanceof HostError)) throw error;
    troubles.push(findingOf(error));
    return {...base, reach: 'unreachable'};
  }
}

async function farEnd(
  plan: TaskPlan,
  pool: HostPool,
  signal: AbortSignal,
  troubles: Finding[],
): Promise<FarEnd | undefined> {
  try {
    return await pool.farEnd(plan, signal);
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    troubles.push(findingOf(error));
    return undefined;
  }
}

async function look(
  {target: {path}}: TaskPlan,
  host: Host,
  signal: AbortSignal,
  troubles: Finding[],
): Promise<LookedTarget | undefined> {
  try {
    const state = await inspectTarget(host, path, signal);
    if (state.kind !== 'present') return {kind: 'missing', creatable: creatableAt(path, state.kind)};
    const {identity, sizeBytes} = state;
    const content = sizeBytes === 0 ? undefined : await contentOfTarget(host, path, signal);
    return {kind: 'present', deviceKind: identity.kind, sizeBytes, content};
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    troubles.push(findingOf(error));
    return undefined;
  }
}

function creatableAt(path: string, found: 'missing' | 'no-folder'): 'file' | 'volume' | undefined {
  // The folder of a group is there only while one of its volumes is active.
  if (parseVolumePath(path) !== undefined) return 'volume';
  return found === 'no-folder' || path.startsWith('/dev/') ? undefined : 'file';
}
