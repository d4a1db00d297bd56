import {formatLocalTime} from '../../local-time.js';
import type {TargetLease} from '../ends/target-lease.js';
import type {Leftovers} from '../state/leftovers.js';
import type {TaskContext} from '../task-context.js';
import {markText} from './mark-text.js';
import {isForTarget} from './settle-application.js';
import {workOf} from './unfinished-work.js';

/**
 * Tells, when a run begins, that an interrupted one left the target between old and new: by the mark on its host, else by
 * what is noted here. A target that the task has no more is told of once, and forgotten.
 *
 * @throws StateDirError
 */
export async function tellIncomplete(
  context: TaskContext,
  leftovers: Leftovers,
  {mark}: Pick<TargetLease, 'mark'>,
): Promise<void> {
  const {plan, teller} = context;
  const tell = (level: 'info' | 'warning', text: string): void => {
    teller.log(level, text);
    teller.note(text);
  };
  if (mark !== undefined) tell('info', `${markText(mark, context, 'was')}; compared anew`);
  for (const record of leftovers.list()) {
    if (record.kind !== 'incomplete') continue;
    const {target, host, since} = workOf(record);
    if (!isForTarget(plan, record)) {
      tell(
        'warning',
        `${target} on ${host}, which this task wrote before, is incomplete since ${formatLocalTime(since)}`,
      );
      await leftovers.drop(record);
    } else if (mark === undefined) {
      tell('info', `${target} on ${host} was incomplete since ${formatLocalTime(since)}; compared anew`);
    }
  }
}
