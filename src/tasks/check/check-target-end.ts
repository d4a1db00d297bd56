import {TrafficMeter} from '../../hosts/traffic-meter.js';
import {formatBytes} from '../../units.js';
import type {DeviceIdentity} from '../../device-identity.js';
import type {HostPool} from '../ends/host-pool.js';
import {checkPatchDir} from '../ends/patch-dir.js';
import {checkTarget} from '../ends/prepare-target.js';
import {describeChange, planTargetChange} from '../ends/target-change.js';
import {probeTarget, type ProbedTarget} from '../ends/probe-target.js';
import {markText} from '../recovery/mark-text.js';
import {RUN_AGAIN_HINT} from '../recovery/unfinished-work.js';
import {usesOwnTargetProgram, type TaskPlan} from '../plan.js';
import {Teller, type TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {Watchdog} from '../watch/watchdog.js';
import {checkSizes} from '../ends/check-sizes.js';
import type {Needs} from './needs.js';

/** What is known of the source; undefined where it could not be looked at. */
interface CheckedSource {
  readonly identity: DeviceIdentity | undefined;
  readonly sizeBytes: number | undefined;
}

/**
 * Tries what a run would need of the target's host.
 *
 * @throws TaskError 'stalled' when that host hangs; the reason of `signal` when it aborts.
 */
export async function checkTargetEnd(
  plan: TaskPlan,
  pool: HostPool,
  signal: AbortSignal,
  needs: Needs,
  source: CheckedSource,
): Promise<void> {
  const host = pool.host(plan.target);
  const meter = new TrafficMeter();
  const stall = new AbortController();
  using watchdog = new Watchdog({timeoutMs: plan.stallTimeoutMs, meter, onStall: (error) => stall.abort(error)});
  watchdog.waitingFor = host.name;
  watchdog.start();
  const either = AbortSignal.any([signal, stall.signal]);
  const farEnd = await needs.collect(either, () => pool.farEnd(plan, either));
  if (!farEnd) return;
  if (!usesOwnTargetProgram(plan)) {
    needs.facts.push(
      farEnd.kind === 'ours'
        ? `${plan.targetProgram.join(' ')} on ${host.name}: bdsync-manager ${farEnd.version}`
        : `${plan.targetProgram.join(' ')} on ${host.name}: the original bdsync; ours there would hold the target ` +
            'against a second writer, refuse one in use, and check and sync what it writes',
    );
  }
  const teller = new Teller(plan.task, () => {});
  const context: TaskContext = {plan, host, farEnd, meter, watchdog, teller, signal: either};
  await needs.collect(either, () => checkTargetItself(context, needs, source));
  await needs.collect(either, () => checkRoom(context, needs));
}

async function checkRoom(context: TaskContext, needs: Needs): Promise<void> {
  const {plan, host} = context;
  const {freeBytes, warning} = await checkPatchDir(context);
  if (warning !== undefined) needs.warnings.push(warning);
  if (plan.flow.kind !== 'patch-file' || freeBytes === undefined) return;
  needs.facts.push(`patch folder ${plan.flow.patchDir} on ${host.name}: ${formatBytes(freeBytes)} of room`);
}

async function checkTargetItself(context: TaskContext, needs: Needs, source: CheckedSource): Promise<void> {
  const {plan, host} = context;
  const {path} = plan.target;
  const target = await checkTarget(context, source.identity);
  const {sizeBytes: sourceBytes} = source;
  const change =
    sourceBytes === undefined ? undefined : await planTargetChange(context, target, () => Promise.resolve(sourceBytes));
  const changeText = change && describeChange(change);
  if (target.kind !== 'present') {
    needs.facts.push(`target ${path} on ${host.name} does not exist and will be ${changeText ?? 'created'}`);
    return;
  }
  const probed = await probe(context, needs);
  if (probed?.mark !== undefined) {
    needs.hasMark = true;
    needs.warnings.push({message: markText(probed.mark, context, 'is'), hint: RUN_AGAIN_HINT});
  }
  const targetBytes = probed?.sizeBytes ?? target.sizeBytes;
  if (targetBytes === undefined) return;
  needs.facts.push(
    `target ${path} on ${host.name}: ${changeText === undefined ? formatBytes(targetBytes) : `will be ${changeText}`}`,
  );
  if (sourceBytes === undefined || change === undefined || changeText !== undefined) return;
  checkSizes(change.plan, sourceBytes, target.identity.kind, targetBytes);
}

/** That a run has the target now is no fault. */
async function probe(context: TaskContext, needs: Needs): Promise<ProbedTarget | undefined> {
  try {
    return await probeTarget(context);
  } catch (error) {
    if (!(error instanceof TaskError) || error.code !== 'target-locked') throw error;
    needs.warn(error);
    return undefined;
  }
}
