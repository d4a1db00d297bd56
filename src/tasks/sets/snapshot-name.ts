import {createHash} from 'node:crypto';
import {fillTemplate, type NamedVolume} from '../config/volume-template.js';

/** Of device-mapper's names, `GROUP-VOLUME-cow` with hyphens doubled within the names. */
const MAX_MAPPER_NAME = 127;
const LONGEST_SUFFIX = '-real'.length;
const DIGEST_LETTERS = 8;

/**
 * The name of a volume's snapshot. Where LVM would find it too long, the volume's part is cut, and a digest of the whole
 * takes the place of what is missing, so that no two volumes get the same.
 */
export function snapshotName(template: string, names: NamedVolume): string {
  const name = fillTemplate(template, names);
  if (fits(name, names.group)) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_LETTERS);
  for (let letters = names.volume.length - 1; letters > 0; letters -= 1) {
    const shorter = fillTemplate(template, {...names, volume: `${names.volume.slice(0, letters)}.${digest}`});
    if (fits(shorter, names.group)) return shorter;
  }
  // The group or the template alone are too long: LVM says so.
  return name;
}

function fits(name: string, group: string): boolean {
  return mapperLength(group) + 1 + mapperLength(name) + LONGEST_SUFFIX <= MAX_MAPPER_NAME;
}

function mapperLength(name: string): number {
  return name.replaceAll('-', '--').length;
}
