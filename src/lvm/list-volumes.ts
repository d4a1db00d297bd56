import {isRemark, type Lvm, type LvmOutcome, runLvm, throwLvmFailure} from './lvm.js';
import {type LogicalVolume, LVS_OPTIONS, parseLvsReport} from './lvs-report.js';

export interface VolumeQuery {
  /** A group `vg0`, one volume `vg0/home`, or its path; all groups when undefined. */
  readonly name?: string | undefined;
  /** Of `name`, only what has this uuid and carries these tags. */
  readonly uuid?: string;
  readonly tags?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** What ends sooner may still wait for the lock of a volume group, which another program keeps for a while. */
export const LIST_TIMEOUT_MS = 120_000;

/**
 * The volumes that a query stands for: none when there is no such group or volume.
 *
 * @throws LvmError 'lvm-failed', 'lvm-missing', 'lvm-report'.
 */
export async function listVolumes(lvm: Lvm, query: VolumeQuery): Promise<LogicalVolume[]> {
  const {name, uuid, tags = [], signal} = query;
  const words = ['lvs', ...LVS_OPTIONS];
  if (uuid !== undefined || tags.length > 0) words.push('--select', selectionOf({uuid, tags}));
  if (name !== undefined) words.push('--', name);
  const outcome = await runLvm(lvm, words, {signal, timeoutMs: LIST_TIMEOUT_MS});
  if (outcome.status === 0) return parseLvsReport(outcome.stdout);
  if (tellsAbsence(outcome)) return [];
  return throwLvmFailure(`cannot list ${name ?? 'the volumes'}`, outcome);
}

/** Whether a report failed because what it was asked for is not there. */
export function tellsAbsence({errorLines}: LvmOutcome): boolean {
  // An unknown name and, say, a refused lock have the same status: only the words tell them apart.
  const troubles = errorLines.filter((line) => !isRemark(line));
  return troubles.length > 0 && troubles.every((line) => ABSENCE.test(line));
}

const ABSENCE =
  /^(Volume group ".*" not found|Cannot process volume group .*|Volume group name ".*" has invalid characters\.|Failed to find logical volume ".*"|".*": Invalid path for Logical Volume\.)$/;

/** LVM's `--select` for volumes of which all of this is true. Names, uuids and tags hold no quotation marks. */
export function selectionOf(wanted: {
  readonly uuid?: string | undefined;
  readonly name?: string;
  readonly originUuid?: string;
  readonly tags: readonly string[];
}): string {
  const conditions: string[] = [];
  if (wanted.uuid !== undefined) conditions.push(`lv_uuid="${wanted.uuid}"`);
  if (wanted.name !== undefined) conditions.push(`lv_name="${wanted.name}"`);
  if (wanted.originUuid !== undefined) conditions.push(`origin_uuid="${wanted.originUuid}"`);
  return [...conditions, ...wanted.tags.map((tag) => `lv_tags="${tag}"`)].join(' && ');
}
