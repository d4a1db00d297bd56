import {parseTargetMark, type TargetMark} from '../../bdsync/device/target-mark.js';
import {TaskError, type TaskErrorCode} from '../task-error.js';

/** What `bdsync --hold` tells in its one line of JSON. */
export type HoldAnswer =
  | {
      readonly state: 'held';
      readonly sizeBytes: number | undefined;
      /** For the seal of a patch; undefined from a version that knows no seals. */
      readonly lastingIdentity: string | undefined;
      /** False from a version that knows no marks. */
      readonly knowsMarks: boolean;
      /** What an interrupted run left there. */
      readonly mark: TargetMark | undefined;
      /** Whether it tells again, when it is asked, that it holds the target. */
      readonly confirms: boolean;
    }
  | {readonly state: 'refused'; readonly code: string; readonly message: string};

/** Undefined for what is no answer. */
export function parseHoldAnswer(line: string | undefined): HoldAnswer | undefined {
  if (line === undefined) return undefined;
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof answer !== 'object' || answer === null || !('state' in answer)) return undefined;
  if (answer.state === 'held') {
    const marks = 'mark' in answer ? {knowsMarks: true, mark: parseTargetMark(answer.mark)} : NO_MARKS;
    const confirms = 'confirms' in answer && answer.confirms === true;
    return {state: 'held', ...factsIn(answer), ...marks, confirms};
  }
  if (answer.state !== 'refused' || !('code' in answer) || !('message' in answer)) return undefined;
  return {state: 'refused', code: String(answer.code), message: String(answer.message)};
}

const NO_MARKS = {knowsMarks: false, mark: undefined};

function factsIn(answer: object): Pick<Extract<HoldAnswer, {state: 'held'}>, 'sizeBytes' | 'lastingIdentity'> {
  const facts: unknown = 'facts' in answer ? answer.facts : undefined;
  if (typeof facts !== 'object' || facts === null) return {sizeBytes: undefined, lastingIdentity: undefined};
  return {
    sizeBytes: 'sizeBytes' in facts && typeof facts.sizeBytes === 'number' ? facts.sizeBytes : undefined,
    lastingIdentity:
      'lastingIdentity' in facts && typeof facts.lastingIdentity === 'string' ? facts.lastingIdentity : undefined,
  };
}

/** `code` is that of a BdsyncError, here or from the other end. */
export function refusal(code: string, message: string, cause?: unknown): TaskError {
  const known: Readonly<Record<string, {readonly code: TaskErrorCode; readonly hint: string}>> = {
    'target-locked': {code: 'target-locked', hint: 'let that run end first'},
    'target-in-use': {
      code: 'target-in-use',
      hint: 'unmount or release it first; allow_target_in_use = yes writes all the same',
    },
  };
  const {code: taskCode, hint} = known[code] ?? {code: 'target-unusable' as const, hint: undefined};
  return new TaskError(taskCode, message, {hint, cause});
}
