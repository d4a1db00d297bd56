import type {DeviceIdentity} from '../../device-identity.js';
import {checkStateDir} from '../../state-folder.js';
import {formatBytes} from '../../units.js';
import {checkNotification} from './check-notification.js';
import {checkTargetEnd} from './check-target-end.js';
import {Needs} from './needs.js';
import {noteThinSource} from './note-thin-source.js';
import type {HostPool} from '../ends/host-pool.js';
import {checkLvm} from '../ends/check-snapshot.js';
import {settleClient} from '../ends/local-program.js';
import {planWithBuiltIn, type TaskPlan} from '../plan.js';
import {inspectSource, sizeOfSource} from '../ends/source.js';
import {requireProgram} from '../programs/require-program.js';
import {remarkOnEncryption} from '../ends/source-encryption.js';

/**
 * Tries everything that a run of the plan would need, and goes on after each fault to find the others. Writes nothing.
 *
 * @throws the reason of `signal` when it aborts.
 */
export async function checkNeeds(plan: TaskPlan, pool: HostPool, signal: AbortSignal): Promise<Needs> {
  const needs = new Needs();
  const {sourcePath, stateDir} = plan;
  const identity = await needs.collect(signal, () => inspectSource(sourcePath));
  const sizeBytes = identity && (await needs.collect(signal, () => sizeOfSource(sourcePath)));
  if (sizeBytes !== undefined) needs.facts.push(`source ${sourcePath}: ${formatBytes(sizeBytes)}`);
  const settled = await needs.collect(signal, () => checkClient(plan, pool, signal, needs));
  await needs.collect(signal, () => checkOwnLvm(plan, signal));
  await noteThinSource(plan, signal, needs);
  await checkHooks(plan, needs, signal);
  await checkNotification(plan.notify, needs, signal);
  if (identity) await needs.collect(signal, () => checkEncryption(plan, pool, signal, needs, identity));
  await needs.collect(signal, () => checkStateDir(stateDir));
  // Without the program that should compare, there is still the rest to look at.
  const farPlan = settled ?? planWithBuiltIn(plan);
  await needs.collect(signal, () => checkTargetEnd(farPlan, pool, signal, needs, {identity, sizeBytes}));
  return needs;
}

/** The plan with the client that a run would have. */
async function checkClient(plan: TaskPlan, pool: HostPool, signal: AbortSignal, needs: Needs): Promise<TaskPlan> {
  const {client} = plan;
  if (client.kind === 'built-in') return plan;
  const settled = await settleClient(plan, pool, signal);
  needs.facts.push(
    settled.client.kind === 'built-in'
      ? `${client.program} is of bdsync-manager: the built-in engine compares in its place, as it would without ` +
          'local_bdsync_bin'
      : `${client.program} compares; without local_bdsync_bin the built-in engine would, which needs no other ` +
          'program, counts the differing blocks and checks and syncs what it writes',
  );
  return settled;
}

async function checkOwnLvm(plan: TaskPlan, signal: AbortSignal): Promise<void> {
  if (plan.snapshot) await requireProgram(plan.snapshot.programPath, 'lvm_program_path', 'no-bdsync');
  await checkLvm(plan, signal);
}

async function checkHooks({snapshot}: TaskPlan, needs: Needs, signal: AbortSignal): Promise<void> {
  const {before, after} = snapshot?.hooks ?? {};
  if (before) await needs.collect(signal, () => requireProgram(before[0] ?? '', 'before_snapshot', 'snapshot-hook'));
  if (after) await needs.collect(signal, () => requireProgram(after[0] ?? '', 'after_snapshot', 'snapshot-hook'));
}

async function checkEncryption(
  plan: TaskPlan,
  pool: HostPool,
  signal: AbortSignal,
  needs: Needs,
  source: DeviceIdentity,
): Promise<void> {
  const {warning, fact, note} = await remarkOnEncryption(plan, source, pool.host(plan.target), signal);
  if (warning) needs.warnings.push(warning);
  if (note !== undefined) needs.warnings.push({message: note, hint: undefined});
  if (fact !== undefined) needs.facts.push(fact);
}
