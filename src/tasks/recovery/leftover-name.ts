import {connectionName} from '../../hosts/connection-name.js';
import type {ApplicationRecord, IncompleteRecord, Leftover} from '../state/leftover.js';

/** What is only to be removed, or ended, in words for a person. */
export function leftoverName(record: Exclude<Leftover, ApplicationRecord | IncompleteRecord>): string {
  switch (record.kind) {
    case 'file': {
      const host = record.connection.length === 0 ? 'this machine' : connectionName(record.connection);
      return `the file ${record.path} on ${host}`;
    }
    case 'snapshot':
      return record.volume === undefined ? 'a snapshot' : `the snapshot ${record.volume.vg}/${record.volume.name}`;
    case 'after-snapshot':
      return `after_snapshot of ${record.snapshotName} is still to be run`;
    case 'unknown':
      return `a note in ${record.file} that cannot be understood`;
    default:
      return record satisfies never;
  }
}
