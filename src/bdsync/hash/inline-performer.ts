import {setImmediate as otherEvents} from 'node:timers/promises';
import {cancelledError, throwIfCancelled} from '../cancellation.js';
import type {BlockJob, BlockOutcome, HashSetup, JobPerformer} from './block-job.js';
import {openWork, type Work} from './open-work.js';
import type {RunningChecksum} from './running-checksum.js';

/** For so long at most nothing else happens in this process: signals, time-outs, messages of the peer. */
const MAX_BUSY_MS = 50;

/** Does one job after the other in this thread: for small devices, and where a checksum needs the order. */
export class InlinePerformer implements JobPerformer {
  readonly lookAhead = 1;
  readonly #setup: HashSetup;
  readonly #checksum: RunningChecksum | undefined;
  readonly #signal: AbortSignal | undefined;
  #work: Work | undefined;
  #isDisposed = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(setup: HashSetup, checksum: RunningChecksum | undefined, signal: AbortSignal | undefined) {
    this.#setup = setup;
    this.#checksum = checksum;
    this.#signal = signal;
  }

  async perform(job: BlockJob): Promise<BlockOutcome> {
    const turn = this.#last.then(() => this.#performNow(job));
    this.#last = turn.catch(() => {});
    return await turn;
  }

  /** Nothing more is read: its device may be closed, and another file have its descriptor. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#work?.[Symbol.dispose]();
    return Promise.resolve();
  }

  async #performNow(job: BlockJob): Promise<BlockOutcome> {
    this.#throwIfOver();
    const checksum = job.feedsChecksum ? this.#checksum : undefined;
    checksum?.requireNoGap(job.range.start);
    const steps = this.#openWork().perform(job, checksum && ((data, position) => checksum.update(data, position)));
    let busySinceMs = performance.now();
    for (;;) {
      const {done, value} = steps.next();
      if (!done && performance.now() - busySinceMs < MAX_BUSY_MS) continue;
      await otherEvents();
      if (done) return value;
      this.#throwIfOver();
      busySinceMs = performance.now();
    }
  }

  #throwIfOver(): void {
    if (this.#isDisposed) throw cancelledError();
    throwIfCancelled(this.#signal);
  }

  /** Late: the first words of a conversation need not wait for a compiler. */
  #openWork(): Work {
    this.#work ??= openWork(this.#setup);
    return this.#work;
  }
}
