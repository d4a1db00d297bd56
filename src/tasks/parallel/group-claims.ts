import type {RunGroup} from '../run-groups.js';
import type {Contender} from './next-to-start.js';
import {type Purpose, taskClaims} from './task-claims.js';

/** What all tasks of a group need together: its members use the host of their section one after the other. */
export async function groupClaims({members}: RunGroup, purpose: Purpose): Promise<Contender> {
  const contenders: Contender[] = [];
  for (const {task} of members) {
    if (task.state === 'valid' && !task.config.disabled) contenders.push(await taskClaims(task.config, purpose));
  }
  return {claims: contenders.flatMap(({claims}) => claims), host: contenders[0]?.host};
}
