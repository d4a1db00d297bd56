import {setImmediate as otherEvents} from 'node:timers/promises';
import {throwIfCancelled} from '../cancellation.js';
import {createBlockKernel} from '../kernels/create-block-kernel.js';
import type {BlockJob, BlockOutcome, HashSetup, JobPerformer} from './block-job.js';
import {BlockReader} from './block-reader.js';
import {BlockWork} from './block-work.js';
import {KERNEL_BYTES} from './kernel-bytes.js';
import type {RunningChecksum} from './running-checksum.js';

/** Does one job after the other in this thread: for small devices, and where a checksum needs the order. */
export class InlinePerformer implements JobPerformer {
  readonly lookAhead = 1;
  readonly #setup: HashSetup;
  readonly #checksum: RunningChecksum | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #reader: BlockReader;
  #work: BlockWork | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(setup: HashSetup, checksum: RunningChecksum | undefined, signal: AbortSignal | undefined) {
    this.#setup = setup;
    this.#checksum = checksum;
    this.#signal = signal;
    this.#reader = new BlockReader(setup);
  }

  async perform(job: BlockJob): Promise<BlockOutcome> {
    const turn = this.#last.then(() => this.#performNow(job));
    this.#last = turn.catch(() => {});
    return await turn;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#reader[Symbol.dispose]();
    return Promise.resolve();
  }

  async #performNow(job: BlockJob): Promise<BlockOutcome> {
    throwIfCancelled(this.#signal);
    const checksum = job.feedsChecksum ? this.#checksum : undefined;
    checksum?.requireNoGap(job.range.start);
    const outcome = this.#openWork().perform(job, checksum && ((data, position) => checksum.update(data, position)));
    await otherEvents();
    return outcome;
  }

  /** Late: the first words of a conversation need not wait for a compiler. */
  #openWork(): BlockWork {
    const {digest, salt} = this.#setup;
    this.#work ??= new BlockWork(createBlockKernel(digest, salt, {capacityBytes: KERNEL_BYTES}), this.#reader);
    return this.#work;
  }
}
