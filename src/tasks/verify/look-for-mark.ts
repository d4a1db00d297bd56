import {ExpectedError, messageOf} from '../../errors.js';
import type {TargetMark} from '../../bdsync/device/target-mark.js';
import {probeTarget} from '../ends/probe-target.js';
import type {TaskContext} from '../task-context.js';

/** What an interrupted run left at the target. To look for it is worth a try, and no failure keeps from comparing. */
export async function lookForMark(context: TaskContext): Promise<TargetMark | undefined> {
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
