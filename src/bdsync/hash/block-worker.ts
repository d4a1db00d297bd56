import {type MessagePort, parentPort} from 'node:worker_threads';
import {messageOf} from '../../errors.js';
import {BdsyncError} from '../errors.js';
import type {BlockJob, BlockOutcome, HashSetup} from './block-job.js';
import {openWork, type Work} from './open-work.js';

/** What a thread answers, in the order of the jobs. */
export type WorkerAnswer =
  | {readonly outcome: BlockOutcome}
  /** `isExpected`: a failure of the device, not a defect. */
  | {readonly isExpected: boolean; readonly message: string; readonly hint: string | undefined};

/** What a thread is told: first of all what the jobs have in common. */
export type WorkerOrder = {readonly setup: HashSetup} | {readonly job: BlockJob};

/** The thread's part of ThreadedPerformer: reads, digests, compares, until it is terminated. */
function serveJobs(port: MessagePort): void {
  let work: Work | undefined;
  port.on('message', (order: WorkerOrder) => {
    if ('setup' in order) {
      work = openWork(order.setup);
      return;
    }
    if (!work) throw new Error('a job came before the setup');
    const answer = answerJob(work, order.job);
    port.postMessage(answer, buffersOf(answer));
  });
}

function answerJob(work: Work, job: BlockJob): WorkerAnswer {
  try {
    return {outcome: performAtOnce(work, job)};
  } catch (error) {
    const isExpected = error instanceof BdsyncError;
    const text = error instanceof Error && !isExpected ? (error.stack ?? error.message) : messageOf(error);
    return {isExpected, message: text, hint: isExpected ? error.hint : undefined};
  }
}

function performAtOnce(work: Work, job: BlockJob): BlockOutcome {
  const steps = work.perform(job);
  for (;;) {
    const {done, value} = steps.next();
    if (done) return value;
  }
}

/** Large results change hands instead of being copied. */
function buffersOf(answer: WorkerAnswer): ArrayBuffer[] {
  if (!('outcome' in answer)) return [];
  const {outcome} = answer;
  const arrays = outcome.kind === 'digest' ? [outcome.digests] : outcome.runs.map(({data}) => data);
  return arrays.flatMap((array) => (array?.buffer instanceof ArrayBuffer ? [array.buffer] : []));
}

if (parentPort) serveJobs(parentPort);
