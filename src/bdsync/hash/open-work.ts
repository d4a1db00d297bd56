import {createBlockKernel} from '../kernels/create-block-kernel.js';
import {MAX_LANES} from '../kernels/memory-layout.js';
import type {BlockJob, BlockOutcome, HashSetup} from './block-job.js';
import {BlockReader} from './block-reader.js';
import {BlockWork, type OnPiece} from './block-work.js';
import {CompareWork} from './compare-work.js';
import {MAX_KEPT_STEP_BYTES} from './kept-step.js';

/** What is read and hashed at once: as much as stays in the processor's second-level cache. */
const CACHED_BYTES = 262_144;
/** Room for a whole block on each lane, if its bytes are wanted. As long as they are not, it takes no memory. */
const CAPACITY_BYTES = MAX_LANES * MAX_KEPT_STEP_BYTES;

/** Does the jobs of one comparison, one after the other, in the thread that calls it. */
export interface Work extends Disposable {
  /**
   * Pauses whenever a little more is done, for a job may take minutes. `onPiece` gets all that is read, from front to
   * back.
   *
   * @throws BdsyncError 'read'.
   */
  perform(job: BlockJob, onPiece?: OnPiece): Generator<void, BlockOutcome>;
}

/** Digests for a comparison with a peer; with `other`, nothing but a look at both. */
export function openWork(setup: HashSetup): Work {
  const {digest, salt, other, digestsOther, isDirect} = setup;
  const reader = new BlockReader(setup);
  if (other === undefined) {
    const work = new BlockWork(createBlockKernel(digest, salt, {capacityBytes: CAPACITY_BYTES}), reader, CACHED_BYTES);
    return {
      perform: (job, onPiece) => work.perform(job, onPiece),
      [Symbol.dispose]: () => reader[Symbol.dispose](),
    };
  }
  const otherReader = new BlockReader({...other, isDirect});
  const work = new CompareWork(reader, otherReader, digestsOther ? {digest, salt} : undefined);
  return {
    perform: (job, onPiece) => work.perform(job, onPiece),
    [Symbol.dispose]() {
      reader[Symbol.dispose]();
      otherReader[Symbol.dispose]();
    },
  };
}
