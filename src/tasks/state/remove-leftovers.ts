import {messageOf} from '../../errors.js';
import type {HostPool} from '../ends/host-pool.js';
import type {Leftover, Leftovers} from './leftovers.js';
import {removeLeftSnapshot} from '../ends/snapshot.js';
import {removeFile} from '../programs/stored-patch.js';
import type {Teller} from '../task-context.js';

/** Takes away what an earlier run of the task noted and could not remove. What cannot be removed now stays noted. */
export async function removeLeftovers(leftovers: Leftovers, pool: HostPool, teller: Teller): Promise<void> {
  for (const record of leftovers.list()) {
    try {
      for (const what of await remove(record, pool)) {
        teller.log('info', `removed ${what}, left by an interrupted run`);
      }
      await leftovers.drop(record);
    } catch (error) {
      teller.log('warning', `what an interrupted run left is still there: ${messageOf(error)}`);
    }
  }
}

async function remove(record: Leftover, pool: HostPool): Promise<readonly string[]> {
  switch (record.kind) {
    case 'file':
      await removeFile(pool.host(record), record.path);
      return [record.path];
    case 'snapshot':
      return await removeLeftSnapshot(record);
    default:
      return record satisfies never;
  }
}
