import type {Worker} from 'node:worker_threads';
import {cancelledError} from '../cancellation.js';
import {BdsyncError} from '../errors.js';
import type {BlockJob, BlockOutcome, HashSetup, JobPerformer} from './block-job.js';
import type {WorkerAnswer, WorkerOrder} from './block-worker.js';
import {Fifo} from '../fifo.js';
import type {WorkerCrew} from './worker-crew.js';

/** One job that a thread works on, and one that waits for it there, so that it need not wait for us. */
const JOBS_PER_THREAD = 2;

/** Does jobs in threads, each of which reads and hashes in memory of its own. */
export class ThreadedPerformer implements JobPerformer {
  readonly lookAhead: number;
  readonly #setup: HashSetup;
  readonly #threadCount: number;
  readonly #crew: WorkerCrew;
  readonly #threads: Thread[] = [];
  readonly #waiting = new Fifo<PendingJob>();

  /** At most `threadCount` threads do the jobs. */
  constructor(setup: HashSetup, threadCount: number, crew: WorkerCrew) {
    this.#setup = setup;
    this.#threadCount = threadCount;
    this.#crew = crew;
    this.lookAhead = threadCount * JOBS_PER_THREAD;
  }

  perform(job: BlockJob): Promise<BlockOutcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({job, resolve, reject});
      this.#handOut();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
    for (let pending = this.#waiting.shift(); pending; pending = this.#waiting.shift())
      pending.reject(cancelledError());
  }

  #handOut(): void {
    while (this.#waiting.size > 0) {
      const thread = this.#freeThread();
      const pending = thread && this.#waiting.shift();
      if (!pending) return;
      thread.start(pending);
    }
  }

  /** The least busy one; another is started only when all are at work. */
  #freeThread(): Thread | undefined {
    const idle = this.#threads.find(({jobCount}) => jobCount === 0);
    if (idle) return idle;
    if (this.#threads.length < this.#threadCount) {
      const thread = new Thread(this.#crew.take(), this.#setup, () => this.#handOut());
      this.#threads.push(thread);
      return thread;
    }
    return this.#threads
      .filter(({jobCount}) => jobCount < JOBS_PER_THREAD)
      .toSorted((one, other) => one.jobCount - other.jobCount)[0];
  }
}

interface PendingJob {
  readonly job: BlockJob;
  readonly resolve: (outcome: BlockOutcome) => void;
  readonly reject: (error: unknown) => void;
}

class Thread {
  readonly #worker: Worker;
  readonly #jobs = new Fifo<PendingJob>();
  readonly #onAnswer: () => void;
  #failure: Error | undefined;

  constructor(worker: Worker, setup: HashSetup, onAnswer: () => void) {
    this.#onAnswer = onAnswer;
    this.#worker = worker;
    this.#worker.on('message', (answer: WorkerAnswer) => this.#take(answer));
    this.#worker.on('error', (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#fail(cancelledError()));
    this.#order({setup});
  }

  get jobCount(): number {
    return this.#jobs.size;
  }

  start(pending: PendingJob): void {
    if (this.#failure) {
      pending.reject(this.#failure);
      return;
    }
    this.#jobs.push(pending);
    this.#order({job: pending.job});
  }

  #order(order: WorkerOrder): void {
    this.#worker.postMessage(order);
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #take(answer: WorkerAnswer): void {
    const pending = this.#jobs.shift();
    if ('outcome' in answer) pending?.resolve(answer.outcome);
    else if (answer.isExpected) pending?.reject(new BdsyncError('read', answer.message, {hint: answer.hint}));
    else pending?.reject(new Error(answer.message));
    this.#onAnswer();
  }

  /** A thread that is gone fails what it had, and whatever it would be given. */
  #fail(error: Error): void {
    this.#failure ??= error;
    for (let pending = this.#jobs.shift(); pending; pending = this.#jobs.shift()) pending.reject(this.#failure);
  }
}
