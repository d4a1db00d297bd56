import {formatBytes} from '../../units.js';
import type {Finding} from '../check/check-report.js';
import type {SourceLook} from './look-at-source.js';
import type {TaskAnswers} from './task-answers.js';

/** What somebody should know who copies this source in this way, and `check` does not tell. */
export function noteSource({path, sizeBytes, use, volume}: SourceLook, snapshot: TaskAnswers['snapshot']): Finding[] {
  const findings: Finding[] = [];
  if (use?.isSwap === true) {
    findings.push({message: `the source ${path} is swap space: a copy of it is of no use`, hint: undefined});
  }
  if (use !== undefined && snapshot === undefined) {
    const users = [
      ...use.mountPoints.map((place) => `mounted on ${place}`),
      ...use.usedBy.map((name) => `used by ${name}`),
    ];
    if (users.length > 0) {
      findings.push({
        message: `the source ${path} is ${users.join(', ')}, and read while it changes: the copy may be of no use`,
        hint: volume === undefined ? WITHOUT_SNAPSHOT : 'read from a snapshot: --snapshot 10%ORIGIN',
      });
    }
  }
  const wantedBytes = snapshot?.size === undefined ? undefined : roomOf(snapshot.size, sizeBytes);
  if (volume?.kind === 'thick' && wantedBytes !== undefined && volume.freeBytes < wantedBytes) {
    const [wanted, free] = [wantedBytes, volume.freeBytes].map(formatBytes);
    findings.push({
      message: `the snapshot wants ${wanted}, and the volume group ${volume.group} has ${free} free`,
      hint: 'give the group more room, or the snapshot a smaller size',
    });
  }
  return findings;
}

const WITHOUT_SNAPSHOT =
  'copy it while nothing writes to it; a logical volume can be read from a snapshot while it is in use';

/** Of lvcreate's sizes, in bytes; it takes mebibytes where no unit is said. */
const UNIT_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  s: 512,
  k: 1024,
  m: 1024 ** 2,
  '': 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
  p: 1024 ** 5,
  e: 1024 ** 6,
};

/** Of `5G` and `10%ORIGIN`; a share of what is free fits always. */
function roomOf(size: string, originBytes: number): number | undefined {
  const [, percent] = /^(\d+)%ORIGIN$/i.exec(size) ?? [];
  if (percent !== undefined) return (originBytes * Number(percent)) / 100;
  const [, count, unit = ''] = /^(\d+)([a-z]?)$/i.exec(size) ?? [];
  const unitBytes = UNIT_BYTES[unit.toLowerCase()];
  return count === undefined || unitBytes === undefined ? undefined : Number(count) * unitBytes;
}
