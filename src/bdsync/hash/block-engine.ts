import {availableParallelism} from 'node:os';
import type {HashRange} from '../wire/block-messages.js';
import type {BlockJob, BlockOutcome, DifferingRun, HashSetup, JobPerformer} from './block-job.js';
import {InlinePerformer} from './inline-performer.js';
import type {RunningChecksum} from './running-checksum.js';
import {ThreadedPerformer} from './threaded-performer.js';
import {WorkerCrew} from './worker-crew.js';

export interface EngineRequest extends HashSetup {
  /** How much will be read in all, about. */
  readonly totalBytes: number;
  /** Fed with all that is digested, in order: then one thread does it all. */
  readonly checksum?: RunningChecksum | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Threads that were started ahead. The caller ends those that are not used. */
  readonly crew?: WorkerCrew | undefined;
}

/** What one job reads, about. */
const JOB_BYTES = 1 << 22;
/** Kernels digest several blocks at once, also very large ones. */
const MIN_JOB_BLOCKS = 8;
/** Below, threads would take longer to start than the work takes. */
const WORTH_THREADS_BYTES = 1 << 24;
/** One reads and hashes about two gigabytes a second: more than this many would wait for memory or disk. */
const MAX_THREADS = 4;

/** Reads, digests and compares the blocks of one device. Several ranges may be under way at once. */
export class BlockEngine implements AsyncDisposable {
  readonly #performer: JobPerformer;

  constructor(request: EngineRequest) {
    const {checksum, signal, totalBytes, crew, ...setup} = request;
    const threads = checksum ? 0 : threadCount(totalBytes, request.other !== undefined);
    this.#performer =
      threads === 0
        ? new InlinePerformer(setup, checksum, signal)
        : new ThreadedPerformer(setup, threads, crew ?? new WorkerCrew(0));
  }

  /** So many parts of ranges under way keep all of it busy. */
  get lookAhead(): number {
    return this.#performer.lookAhead;
  }

  /**
   * The digests of a range, one behind the other; all of it belongs to the checksum, if there is one.
   *
   * @throws BdsyncError 'read', 'cancelled', and 'protocol' when the checksum would miss something.
   */
  async digest(range: HashRange): Promise<Uint8Array> {
    const outcomes = await this.#performAll(
      [...partsOf(range)].map((part) => ({kind: 'digest', range: part, feedsChecksum: true})),
    );
    return Buffer.concat(outcomes.map((outcome) => (outcome.kind === 'digest' ? outcome.digests : NOTHING)));
  }

  /**
   * The blocks of a part of a range, as `partsOf` cuts it, that differ from those of which these are the digests.
   *
   * @throws as `digest`.
   */
  async match(job: Omit<Extract<BlockJob, {kind: 'match'}>, 'kind'>): Promise<readonly DifferingRun[]> {
    const outcome = await this.#performer.perform({kind: 'match', ...job});
    return outcome.kind === 'match' ? outcome.runs : [];
  }

  /**
   * The blocks of a part of a range that differ from those of the other device.
   *
   * @throws as `digest`.
   */
  async compare(range: HashRange): Promise<readonly DifferingRun[]> {
    const outcome = await this.#performer.perform({kind: 'compare', range, feedsChecksum: true});
    return outcome.kind === 'match' ? outcome.runs : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#performer[Symbol.asyncDispose]();
  }

  async #performAll(jobs: readonly BlockJob[]): Promise<BlockOutcome[]> {
    return await Promise.all(jobs.map((job) => this.#performer.perform(job)));
  }
}

const NOTHING = new Uint8Array(0);

/** The threads that an engine for a comparison with a peer will use if it has no checksum, of a device of this size. */
export function startCrew(totalBytes: number): WorkerCrew {
  return new WorkerCrew(threadCount(totalBytes, false));
}

/** With a peer, one processor is left to the protocol, and to the other end where it runs on the same machine. */
function threadCount(totalBytes: number, isAlone: boolean): number {
  if (totalBytes < WORTH_THREADS_BYTES) return 0;
  return Math.min(MAX_THREADS, Math.max(1, availableParallelism() - (isAlone ? 0 : 1)));
}

/** A part of a range, of a size that is handled at once. */
export interface RangePart extends HashRange {
  /** Number of its first block in the whole range. */
  readonly first: number;
}

export function* partsOf({start, step, count}: HashRange): Generator<RangePart, void> {
  const perPart = Math.max(MIN_JOB_BLOCKS, Math.floor(JOB_BYTES / step));
  for (let first = 0; first < count; first += perPart) {
    yield {first, start: start + first * step, step, count: Math.min(perPart, count - first)};
  }
}
