import {basename} from 'node:path';

/** A name for the task that copies a source: `home` for /dev/vg0/home and for /srv/home.img; unlike those that are taken. */
export function suggestName(sourcePath: string, taken: ReadonlySet<string>): string {
  const stem = basename(sourcePath).replace(/\.(?:img|raw|iso|qcow2)$/i, '');
  const plain = stem.replaceAll(/[^\p{L}\p{N}._+-]+/gu, '-').replaceAll(/^-+|-+$/g, '');
  const name = plain === '' || plain.toUpperCase() === 'DEFAULT' ? 'task' : plain;
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}
