import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {openDevice} from '../../bdsync/device/device.js';
import {ExpectedError, messageOf} from '../../errors.js';
import {TrafficMeter} from '../../hosts/traffic-meter.js';
import {checkStateDir} from '../../state-folder.js';
import {formatBytes} from '../../units.js';
import type {CheckedTask, Finding} from './check-report.js';
import type {DeviceIdentity} from '../ends/device-identity.js';
import type {HostPool} from '../ends/host-pool.js';
import {usesOwnTargetProgram, type TaskPlan} from '../plan.js';
import {refuseSource} from '../ends/prepare-target.js';
import {inspectSource} from '../ends/source.js';
import {inspectTarget} from '../ends/inspect-target.js';
import {leaseTarget} from '../ends/target-lease.js';
import {Teller, type TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {Watchdog} from '../watch/watchdog.js';

interface Needs extends Pick<CheckedTask, 'unmetNeeds' | 'warnings' | 'facts'> {
  readonly unmetNeeds: Finding[];
  readonly warnings: Finding[];
  readonly facts: string[];
}

/** Tries everything that a run of the plan would need, and goes on after each fault to find the others. */
export async function checkNeeds(
  plan: TaskPlan,
  pool: HostPool,
  signal: AbortSignal,
): Promise<Pick<CheckedTask, 'unmetNeeds' | 'warnings' | 'facts'>> {
  const needs: Needs = {unmetNeeds: [], warnings: [], facts: []};
  const source = await collect(needs, () => inspectSource(plan.sourcePath));
  const sourceBytes = source && (await collect(needs, () => sizeOf(plan.sourcePath)));
  if (sourceBytes !== undefined) needs.facts.push(`source ${plan.sourcePath}: ${formatBytes(sourceBytes)}`);
  await collect(needs, () => checkLocalPrograms(plan, needs));
  await collect(needs, () => checkStateDir(plan.stateDir));
  await collect(needs, () => checkTargetEnd(plan, pool, signal, needs, {identity: source, sizeBytes: sourceBytes}));
  return needs;
}

/** Runs one check; an expected failure becomes an unmet need. */
async function collect<Result>(needs: Needs, check: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof ExpectedError) || error.code === 'cancelled') throw error;
    needs.unmetNeeds.push(findingOf(error));
    return undefined;
  }
}

function findingOf(error: ExpectedError): Finding {
  const lines = error instanceof TaskError ? error.errorLines : [];
  return {message: [error.message, ...lines].join('\n  '), hint: error.hint};
}

async function sizeOf(path: string): Promise<number> {
  await using device = await openDevice(path, 'read');
  return device.sizeBytes;
}

async function checkLocalPrograms(plan: TaskPlan, needs: Needs): Promise<void> {
  if (plan.client.kind === 'native') {
    await requireProgram(plan.client.program, 'local_bdsync_bin');
    needs.facts.push(
      `${plan.client.program} compares; without local_bdsync_bin the built-in engine would, which needs no other ` +
        'program, counts the differing blocks and checks and syncs what it writes',
    );
  }
  if (plan.snapshot) await requireProgram(plan.snapshot.programPath, 'lvm_program_path');
}

async function requireProgram(path: string, key: string): Promise<void> {
  try {
    if (!(await stat(path)).isFile()) throw new TypeError('not a file');
    await access(path, constants.X_OK);
  } catch (cause) {
    throw new TaskError('no-bdsync', `${key}: ${path} is not an executable file: ${messageOf(cause)}`, {cause});
  }
}

interface CheckedSource {
  readonly identity: DeviceIdentity | undefined;
  readonly sizeBytes: number | undefined;
}

async function checkTargetEnd(
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
  const either = AbortSignal.any([signal, stall.signal]);
  const farEnd = await collect(needs, () => pool.farEnd(plan, either));
  if (farEnd && !usesOwnTargetProgram(plan)) {
    needs.facts.push(
      farEnd.kind === 'ours'
        ? `${plan.targetProgram.join(' ')} on ${host.name}: bdsync-manager ${farEnd.version}`
        : `${plan.targetProgram.join(' ')} on ${host.name}: the original bdsync; ours there would hold the target ` +
            'against a second writer, refuse one in use, and check and sync what it writes',
    );
  }
  if (!farEnd) return;
  const teller = new Teller(plan.task, () => {});
  const context: TaskContext = {plan, host, farEnd, meter, watchdog, teller, signal: either};
  await collect(needs, () => checkTarget(context, needs, source));
  await collect(needs, () => checkPatchDir(context));
}

async function checkTarget(context: TaskContext, needs: Needs, source: CheckedSource): Promise<void> {
  const {plan, host, signal} = context;
  const {path} = plan.target;
  const target = await inspectTarget(host, path, signal);
  if (target.kind !== 'present') {
    if (target.kind === 'missing' && plan.createTarget && !path.startsWith('/dev/')) {
      needs.facts.push(`target ${path} on ${host.name} does not exist and will be created`);
      return;
    }
    throw new TaskError('target-missing', `the target ${path} does not exist on ${host.name}`, {
      hint:
        target.kind === 'no-folder'
          ? 'its folder does not exist either: create it, or correct target_path'
          : 'create it, or let create_target_if_missing = yes create a file',
    });
  }
  if (source.identity) await refuseSource(plan.sourcePath, source.identity, path, target.identity);
  if (!target.isWritable) {
    throw new TaskError('permission', `the target ${path} on ${host.name} may not be written`);
  }
  const leasedBytes = await leasedSize(context, needs);
  const targetBytes = leasedBytes ?? (target.identity.kind === 'file' ? target.fileBytes : undefined);
  if (targetBytes === undefined) return;
  needs.facts.push(`target ${path} on ${host.name}: ${formatBytes(targetBytes)}`);
  if (source.sizeBytes !== undefined && source.sizeBytes !== targetBytes && isStrict(plan)) {
    throw new TaskError('size-mismatch', `Different sizes local=${source.sizeBytes} remote=${targetBytes}`, {
      hint: 'bdsync_args = --diffsize=resize lets a file follow the source, --diffsize=minsize copies what fits',
    });
  }
}

/** Holds the target for a moment: that tells whether a run could. One that is running now is no fault. */
async function leasedSize(context: TaskContext, needs: Needs): Promise<number | undefined> {
  try {
    await using lease = await leaseTarget(context);
    return lease.sizeBytes;
  } catch (error) {
    if (!(error instanceof TaskError) || error.code !== 'target-locked') throw error;
    needs.warnings.push(findingOf(error));
    return undefined;
  }
}

function isStrict(plan: TaskPlan): boolean {
  return plan.client.kind === 'built-in' && plan.client.options.sizePolicy.mode === 'strict';
}

async function checkPatchDir({plan, host, signal}: TaskContext): Promise<void> {
  if (plan.flow.kind !== 'patch-file') return;
  const {patchDir} = plan.flow;
  const {status} = await host.run(['sh', '-c', '[ -d "$1" ] && [ -w "$1" ]', 'sh', patchDir], {signal});
  if (status === 0) return;
  throw new TaskError('patch-dir', `target_patch_dir ${patchDir} on ${host.name} is not a folder that may be written`, {
    hint: 'create it on that host',
  });
}
