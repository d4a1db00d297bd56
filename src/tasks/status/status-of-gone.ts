import type {GoneTask} from '../recovery/find-gone-tasks.js';
import {goneFindings} from '../recovery/gone-findings.js';
import {gravest, gravity} from './level.js';
import type {GoneTaskStatus, StatusProblem} from './status-report.js';

/** What a task left that is not configured any more. */
export function statusOfGone(gone: GoneTask): GoneTaskStatus {
  const problems = goneFindings(gone)
    .map(({isIncomplete, message, hint}): StatusProblem => {
      const text = `${message} (${hint})`;
      return isIncomplete ? {kind: 'incomplete', level: 'critical', text} : {kind: 'left-over', level: 'warning', text};
    })
    .toSorted((one, other) => gravity(other.level) - gravity(one.level));
  return {task: gone.task, level: gravest(problems.map(({level}) => level)), problems};
}
