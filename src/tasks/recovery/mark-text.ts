import type {TargetMark} from '../../bdsync/device/target-mark.js';
import {formatLocalTime} from '../../local-time.js';
import type {TaskContext} from '../task-context.js';

/** What the mark of a target says, in one sentence; `verb` is `is`, or `was` where that is over in a moment. */
export function markText(
  mark: TargetMark,
  {plan, host}: Pick<TaskContext, 'plan' | 'host'>,
  verb: 'is' | 'was',
): string {
  const target = `${plan.target.path} on ${host.name}`;
  switch (mark.state) {
    case 'incomplete':
      return `${target} ${verb} incomplete since ${formatLocalTime(mark.since)} (${mark.by})`;
    case 'unreadable':
      return `${target} ${verb} marked as incomplete, by a mark that cannot be read: ${mark.reason}`;
    default:
      return mark satisfies never;
  }
}
