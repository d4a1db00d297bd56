import {createVolume} from '../../lvm/create-volume.js';
import {extendVolume} from '../../lvm/extend-volume.js';
import {targetVolumeTag} from '../../lvm/tags.js';
import {formatBytes} from '../../units.js';
import type {TaskContext} from '../task-context.js';
import {createTarget} from './create-target.js';
import {growFile} from './grow-file.js';
import type {TargetChange} from './target-change.js';
import {withTargetLvm} from './target-lvm.js';

/** Creates a missing target with the source's size, so that even a strict comparison of sizes passes. */
export async function createMissingTarget(context: TaskContext, change: TargetChange): Promise<void> {
  if (change.kind !== 'create-file' && change.kind !== 'create-volume') return;
  const {plan, host, teller, watchdog, signal} = context;
  const {path} = plan.target;
  teller.enter('create target');
  if (change.kind === 'create-file') {
    teller.log('warning', `Creating missing target file: ${path}`);
    await createTarget(host, path, change.sizeBytes, signal);
  } else {
    const {vg, name, pool, sizeBytes} = change.volume;
    const place = `${formatBytes(sizeBytes)} in ${pool === undefined ? vg : `the thin pool ${vg}/${pool}`}`;
    teller.log('warning', `Creating missing target volume: ${path}, ${place}`);
    watchdog.waitingFor = `lvcreate on ${host.name}, which creates ${vg}/${name}`;
    await withTargetLvm(context, (lvm) => createVolume(lvm, change.volume, [targetVolumeTag(plan.task)]));
  }
  teller.targetState = 'created';
  signal.throwIfAborted();
}

/** Makes a target that is smaller than its source as large. Only while it is ours: nobody else may be using it. */
export async function growTarget(context: TaskContext, change: TargetChange): Promise<void> {
  if (change.kind !== 'grow-file' && change.kind !== 'grow-volume') return;
  const {plan, host, teller, watchdog, signal} = context;
  const {path} = plan.target;
  teller.enter('grow target');
  const [from, to] = [change.fromBytes, change.sizeBytes].map(formatBytes);
  teller.log('warning', `Growing the target ${path} from ${from} to ${to}`);
  if (change.kind === 'grow-file') {
    await growFile(host, path, change.sizeBytes, signal);
  } else {
    watchdog.waitingFor = `lvextend on ${host.name}, which extends ${path}`;
    await withTargetLvm(context, (lvm) => extendVolume(lvm, change.extension));
  }
  if (teller.targetState === 'untouched') teller.targetState = 'grown';
  signal.throwIfAborted();
}
