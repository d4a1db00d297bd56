import type {SnapshotSet} from '../report.js';

/** What the report of each task of a set says of it. */
export function spanNote({section, snapshots, spanMs, hadBeforeHook, missing}: SnapshotSet): string {
  const span = `${(Math.ceil(spanMs / 10) / 100).toFixed(2)} seconds`;
  const caveat = hadBeforeHook ? 'behind before_snapshot' : 'with nothing to hold their writers meanwhile';
  const taken =
    snapshots === 1
      ? `the only snapshot of ${section}`
      : `one of ${snapshots} snapshots of ${section}, taken within ${span}, ${caveat}`;
  return missing.length === 0 ? taken : `${taken}; the set is incomplete, without ${missing.join(', ')}`;
}
