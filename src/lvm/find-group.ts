import {LIST_TIMEOUT_MS, tellsAbsence} from './list-volumes.js';
import {type Lvm, runLvm, throwLvmFailure} from './lvm.js';
import {LvmError} from './lvm-error.js';
import {parseVgsReport, VGS_OPTIONS, type VolumeGroup} from './vgs-report.js';

/**
 * The volume group of this name.
 *
 * @throws LvmError 'volume-group-missing'; 'lvm-denied', 'lvm-failed', 'lvm-missing', 'lvm-report'.
 */
export async function findGroup(lvm: Lvm, name: string, signal?: AbortSignal): Promise<VolumeGroup> {
  const outcome = await runLvm(lvm, ['vgs', ...VGS_OPTIONS, '--', name], {signal, timeoutMs: LIST_TIMEOUT_MS});
  if (outcome.status !== 0 && !tellsAbsence(outcome)) throwLvmFailure(`cannot look at the group ${name}`, outcome);
  const group = parseVgsReport(outcome.stdout).find((found) => found.name === name);
  if (group !== undefined) return group;
  throw new LvmError('volume-group-missing', `there is no volume group ${name}`, {hint: '`vgs` lists those there are'});
}
