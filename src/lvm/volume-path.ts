/** Where a volume is, or would be. */
export interface VolumeAddress {
  readonly vg: string;
  readonly name: string;
}

/** What LVM takes for the name of a group; what more it refuses of a volume's, lvcreate tells itself. */
const NAME = /^(?!\.{1,2}$)[A-Za-z0-9+_.][A-Za-z0-9+_.-]*$/;

/**
 * The group and the name in `/dev/GROUP/NAME` or `/dev/mapper/GROUP-NAME`; undefined for any other path. For a volume
 * that is not there yet: one that is there, LVM finds by more paths than these.
 */
export function parseVolumePath(path: string): VolumeAddress | undefined {
  const [, folder = '', last = ''] = /^\/+dev\/+([^/]+)\/+([^/]+)$/.exec(path) ?? [];
  const [vg = '', name = ''] = folder === 'mapper' ? namesOfMapping(last) : [folder, last];
  return NAME.test(vg) && NAME.test(name) ? {vg, name} : undefined;
}

/**
 * Hyphens of the names are doubled, and a single one is between them. No name begins with one, so that the last of an
 * odd number of them is the single one.
 */
function namesOfMapping(mapping: string): readonly string[] {
  const parts = mapping.split(/(?<=(?<!-)(?:--)*)-(?!-)/);
  return parts.length === 2 ? parts.map((part) => part.replaceAll('--', '-')) : [];
}
