import {ExpectedError, messageOf} from '../../errors.js';
import type {TargetMark} from '../../bdsync/device/target-mark.js';
import {formatLocalTime} from '../../local-time.js';
import {probeTarget} from '../ends/probe-target.js';
import {markText} from '../recovery/mark-text.js';
import {isForTarget} from '../recovery/settle-application.js';
import {isUnfinished, workOf} from '../recovery/unfinished-work.js';
import type {Leftovers} from '../state/leftovers.js';
import type {TaskContext} from '../task-context.js';

/**
 * Puts into the report that the target is known to be incomplete: by the mark on its host, else by what is noted here.
 * Whether it is. For whoever has the lock of the task.
 */
export async function noteIncomplete(context: TaskContext, leftovers: Leftovers): Promise<boolean> {
  const {plan, teller} = context;
  const mark = await lookForMark(context);
  const unfinished = leftovers.list().filter(isUnfinished);
  const noted = unfinished
    .filter((record) => isForTarget(plan, record))
    .map(workOf)
    .filter(({kind}) => kind !== 'given-up');
  const told = mark === undefined ? noted : noted.filter(({kind}) => kind === 'sealed');
  const texts = told.map(
    ({target, host, since}) => `${target} on ${host} is incomplete since ${formatLocalTime(since)}`,
  );
  if (mark !== undefined) texts.unshift(markText(mark, context, 'is'));
  for (const text of texts) {
    teller.log('warning', text);
    teller.note(text);
  }
  return mark !== undefined || noted.length > 0;
}

/** To look for it is worth a try, and no failure keeps from comparing. */
async function lookForMark(context: TaskContext): Promise<TargetMark | undefined> {
  const {host, farEnd, plan, teller, signal} = context;
  if (!host.isLocal && farEnd.kind !== 'ours') return undefined;
  try {
    // It is only read: that it is in use does not matter.
    return (await probeTarget({...context, plan: {...plan, allowTargetInUse: true}})).mark;
  } catch (error) {
    if (signal.aborted || !(error instanceof ExpectedError)) throw error;
    teller.log('info', `whether the target is marked as incomplete cannot be told: ${messageOf(error)}`);
    return undefined;
  }
}
