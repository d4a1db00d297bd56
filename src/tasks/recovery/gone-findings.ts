import {join} from 'node:path';
import {formatLocalTime} from '../../local-time.js';
import type {Leftover} from '../state/leftover.js';
import {LEFTOVERS_FOLDER} from '../state/leftovers.js';
import {UNKNOWN_NOTE_HINT} from '../state/unknown-note-text.js';
import type {GoneTask} from './find-gone-tasks.js';
import {leftoverName} from './leftover-name.js';
import {givenUpText, isUnfinished, workOf} from './unfinished-work.js';

/** What is told of a record whose task is gone. */
export interface GoneFinding {
  /** Its target is between old and new, as far as is known. */
  readonly isIncomplete: boolean;
  readonly message: string;
  readonly hint: string;
}

/** What is noted of a task that the configuration does not have any more, and what there is to do about it. */
export function goneFindings(gone: GoneTask): GoneFinding[] {
  return gone.records.map((record) => findingOf(record, gone));
}

/** For a target that only a comparison can complete, and no task compares. */
export function abandonedHint(gone: Pick<GoneTask, 'stateDir' | 'taskId'>): string {
  const note = join(gone.stateDir, LEFTOVERS_FOLDER, `${gone.taskId}.json`);
  return `a task with this target completes it, whatever its name; if nobody needs the target any more, remove ${note}`;
}

function findingOf(record: Leftover, gone: GoneTask): GoneFinding {
  const whose = `task ${gone.task}, which is not configured any more`;
  if (!isUnfinished(record)) {
    const message = `left over by ${whose}: ${leftoverName(record)}`;
    return {isIncomplete: false, message, hint: record.kind === 'unknown' ? UNKNOWN_NOTE_HINT : REMOVE_HINT};
  }
  const work = workOf(record);
  if (work.kind === 'given-up') {
    const message = `left over by ${whose}: ${givenUpText(work)}`;
    return {isIncomplete: false, message, hint: GIVEN_UP_HINT};
  }
  const {host, target, since} = work;
  const message = `${target} on ${host} is incomplete since ${formatLocalTime(since)}, left so by ${whose}`;
  return {isIncomplete: true, message, hint: record.kind === 'application' ? FINISH_HINT : abandonedHint(gone)};
}

const FINISH_HINT = "'bdsync-manager recover' finishes it, with --rollback it undoes it";
const REMOVE_HINT = "'bdsync-manager recover' removes what is left, and forgets it";
const GIVEN_UP_HINT = `remove both by hand if nobody needs what the target had before; ${REMOVE_HINT}`;
