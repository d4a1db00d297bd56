import {BdsyncError} from '../../bdsync/errors.js';
import {holdTarget} from '../../bdsync/device/target-hold.js';
import type {TargetMark} from '../../bdsync/device/target-mark.js';
import {parseHoldAnswer, refusal} from './hold-answer.js';
import {refuseUse} from './target-use.js';
import {holdWords} from './target-lease.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';

/** What the far end can tell. */
export interface ProbedTarget {
  readonly sizeBytes: number | undefined;
  /** What an interrupted run left there. */
  readonly mark: TargetMark | undefined;
}

/**
 * Tells whether a run could keep the target for itself now, and what the far end knows of it. Holds it for a moment only
 * and notes nothing, so that a run which begins in this moment waits for it.
 *
 * @throws TaskError as a lease does: 'target-locked', 'target-in-use', …
 */
export async function probeTarget(context: TaskContext): Promise<ProbedTarget> {
  const {host, farEnd} = context;
  if (host.isLocal) return await probeHere(context);
  if (farEnd.kind === 'ours') return await probeThere(context);
  await refuseUse(context);
  return {sizeBytes: undefined, mark: undefined};
}

async function probeHere({plan, signal}: TaskContext): Promise<ProbedTarget> {
  const {stateDir, allowTargetInUse: allowInUse} = plan;
  try {
    await using hold = await holdTarget(plan.target.path, {holder: undefined, stateDir, allowInUse, signal});
    return {sizeBytes: hold.facts.sizeBytes, mark: hold.mark};
  } catch (error) {
    if (error instanceof BdsyncError) throw refusal(error.code, error.message, error);
    throw error;
  }
}

/** Its standard input ends at once: it lets go without a word of ours. */
async function probeThere({plan, host, signal, meter}: TaskContext): Promise<ProbedTarget> {
  const describe = `bdsync --hold on ${host.name}`;
  const {stdout, stderr} = await host.run(holdWords(plan, ''), {signal, meter, describe});
  const answer = parseHoldAnswer(stdout.split('\n').find((line) => line.startsWith('{')));
  if (answer?.state === 'held') return answer;
  if (answer?.state === 'refused') throw refusal(answer.code, `${answer.message} (on ${host.name})`);
  throw new TaskError('server-failed', `${describe} gave no answer`, {
    errorLines: stderr.split('\n').filter((line) => line !== ''),
  });
}
