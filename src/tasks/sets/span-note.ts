import type {SnapshotSet} from '../report.js';

/** What the report of each task of a set says of it. */
export function spanNote({section, snapshots, spanMs, missing}: SnapshotSet): string {
  const span = `${(Math.ceil(spanMs / 10) / 100).toFixed(2)} seconds`;
  const taken =
    snapshots === 1
      ? `the only snapshot of ${section}`
      : `one of ${snapshots} snapshots of ${section}, all taken within ${span}`;
  return missing.length === 0 ? taken : `${taken}; the set is incomplete, without ${missing.join(', ')}`;
}
