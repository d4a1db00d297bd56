import {messageOf} from '../errors.js';
import type {HostPool} from './host-pool.js';
import type {Leftovers} from './leftovers.js';
import {removeFile} from './stored-patch.js';
import type {Teller} from './task-context.js';

/** Takes away what an earlier run of the task noted and could not remove. */
export async function removeLeftovers(leftovers: Leftovers, pool: HostPool, teller: Teller): Promise<void> {
  const files = await leftovers.read();
  if (files.length === 0) return;
  try {
    for (const {connection, quoting, path} of files) {
      await removeFile(pool.host({connection, quoting}), path);
      teller.log('info', `removed ${path}, left by an interrupted run`);
    }
    await leftovers.clear();
  } catch (error) {
    teller.log('warning', `what an interrupted run left is still there: ${messageOf(error)}`);
  }
}
