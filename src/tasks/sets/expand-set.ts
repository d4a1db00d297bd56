import type {ExpectedError} from '../../errors.js';
import {listVolumes} from '../../lvm/list-volumes.js';
import type {Lvm} from '../../lvm/lvm.js';
import {LvmError} from '../../lvm/lvm-error.js';
import type {LogicalVolume} from '../../lvm/lvs-report.js';
import type {ConfiguredTask} from '../config/configuration.js';
import {hasWildcard} from '../config/name-glob.js';
import type {VolumeSet} from '../config/volume-set.js';
import {TaskError} from '../task-error.js';
import type {ExpandedTask} from './expanded-task.js';
import {isInSet} from './is-in-set.js';
import {memberConfig, memberName, memberNotify} from './member-config.js';
import {whyLeftOut} from './why-left-out.js';

type ConfiguredSet = Extract<ConfiguredTask, {state: 'set'}>;
type Member = Omit<ExpandedTask, 'byName'>;

/**
 * The tasks that a section stands for: one for each ordinary volume that its patterns match, in the order of their
 * names, or for each of `wanted`. What is asked for by its own name and cannot be copied is a task that fails.
 *
 * @throws TaskError 'no-volumes' when there is none; LvmError.
 */
export async function expandSet(
  configured: ConfiguredSet,
  wanted: readonly string[] | undefined,
  lvm: Lvm,
  signal: AbortSignal,
): Promise<Member[]> {
  const {set} = configured;
  const volumes = new Map((await listVolumes(lvm, {name: set.group, signal})).map((volume) => [volume.name, volume]));
  const matching = [...volumes.values()].filter(({name}) => isInSet(set, name));
  const leftOut = matching.flatMap((volume) => {
    const reason = whyLeftOut(volume);
    return reason === undefined ? [] : [`${volume.vg}/${volume.name}: ${reason}`];
  });
  const names = wanted === undefined ? namesOf(set, matching) : inOrder(set, wanted);
  if (names.length === 0) throw nothingMatches(set, volumes.size, leftOut);
  return names.map((name, index) => ({
    task: memberTask(configured, name, volumes.get(name)),
    section: configured.name,
    snapshotTogether: set.snapshotsTogether,
    leftOut: index === 0 && wanted === undefined ? leftOut : [],
  }));
}

/** Those that are locked together come in one order in all runs, so that no two runs wait for each other. */
function inOrder({snapshotsTogether}: VolumeSet, wanted: readonly string[]): readonly string[] {
  return snapshotsTogether ? wanted.toSorted() : wanted;
}

/** Of what there is, and of what source_include names in full although it may not be there. */
function namesOf(set: VolumeSet, matching: readonly LogicalVolume[]): string[] {
  const ordinary = matching.filter((volume) => whyLeftOut(volume) === undefined).map(({name}) => name);
  const named = set.include.filter((glob) => !hasWildcard(glob) && isInSet(set, glob));
  return [...new Set([...ordinary, ...named])].toSorted();
}

function memberTask(
  {name: section, line, config, set}: ConfiguredSet,
  volume: string,
  found: LogicalVolume | undefined,
): Member['task'] {
  const {group} = set;
  const name = memberName(section, volume);
  const error = whyUnusable(`${group}/${volume}`, found);
  if (error) {
    const {stateDir, metricsFile} = config;
    const notify = memberNotify(config.notify, {volume, group});
    return {state: 'unusable', name, error, stateDir, metricsFile, notify, warnings: []};
  }
  const sourcePath = found?.path ?? `/dev/${group}/${volume}`;
  return {state: 'valid', name, line, warnings: [], config: memberConfig(config, sourcePath, {volume, group})};
}

function whyUnusable(fullName: string, volume: LogicalVolume | undefined): ExpectedError | undefined {
  if (volume === undefined) return new TaskError('no-volumes', `there is no volume ${fullName}`);
  const reason = whyLeftOut(volume);
  if (reason !== undefined) return new TaskError('no-volumes', `${fullName} is not copied by a pattern: ${reason}`);
  if (volume.isActive) return undefined;
  return new LvmError('volume-inactive', `the volume ${fullName} is not active`, {
    hint: `activate it (lvchange -ay ${fullName}), or leave it out with source_exclude`,
  });
}

function nothingMatches(set: VolumeSet, volumeCount: number, leftOut: readonly string[]): TaskError {
  if (volumeCount === 0) {
    return new TaskError('no-volumes', `the volume group ${set.group} does not exist or has no volumes`);
  }
  const patterns = [
    set.pattern,
    ...(set.include.length > 0 ? [`and one of ${set.include.join(', ')}`] : []),
    ...(set.exclude.length > 0 ? [`and none of ${set.exclude.join(', ')}`] : []),
  ];
  return new TaskError('no-volumes', `no volume of group ${set.group} matches ${patterns.join(' ')}`, {
    hint: leftOut.length === 0 ? undefined : `not counted are ${leftOut.join('; ')}`,
  });
}
