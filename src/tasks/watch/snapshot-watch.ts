import {performance} from 'node:perf_hooks';
import {setTimeout as sleep} from 'node:timers/promises';
import {asError, messageOf} from '../../errors.js';
import {LvmError} from '../../lvm/lvm-error.js';
import type {Snapshot, SnapshotCondition} from '../../lvm/snapshot.js';
import type {SnapshotFill} from '../report.js';
import type {Teller} from '../task-context.js';
import {explainOverflow} from './explain-overflow.js';
import {type ExtensionPolicy, SnapshotExtender} from './snapshot-extender.js';

/** How long until the next look. */
const CALM_MS = 5000;
/** When the snapshot is nearly full, or would be by the next calm look if it went on filling up as it does. */
const HURRIED_MS = 1000;
/** Where nothing else says what nearly full is. */
const NEARLY_FULL_PERCENT = 80;
/** A wait is this many times as long as a look at the least: a machine on which it takes long is looked at less often. */
const CALM_RATIO = 10;
const HURRIED_RATIO = 1;

export interface SnapshotWatchRequest {
  readonly snapshot: Pick<Snapshot, 'vg' | 'name' | 'originBytes' | 'check' | 'requireValid' | 'extend'>;
  /** When it is to be extended; undefined: never. */
  readonly policy: ExtensionPolicy | undefined;
  readonly teller: Pick<Teller, 'log' | 'note' | 'comparedShare'>;
  readonly now?: () => number;
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Watches a snapshot from its creation until what was read from it is known to be good: how full it becomes, whether it
 * is to be extended, and whether it is lost. That a look fails means nothing: the last one, `requireValid`, decides.
 */
export class SnapshotWatch implements AsyncDisposable {
  /** Resolves when the snapshot is lost; never when that is not seen while it is watched. */
  readonly lost: Promise<Error>;
  readonly #request: SnapshotWatchRequest;
  readonly #now: () => number;
  readonly #extender: SnapshotExtender | undefined;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  #tellLost: (loss: Error) => void = () => {};
  #loss: Error | undefined;
  #fill: Omit<SnapshotFill, 'extensions'> | undefined;
  #last: {readonly usedPercent: number; readonly atMs: number};

  constructor(request: SnapshotWatchRequest) {
    this.#request = request;
    this.#now = request.now ?? (() => performance.now());
    this.#last = {usedPercent: 0, atMs: this.#now()};
    this.#extender = request.policy && new SnapshotExtender(request.snapshot, request.policy, request.teller);
    this.lost = new Promise((resolve) => {
      this.#tellLost = resolve;
    });
    this.#ended = this.#watch();
  }

  /** What was seen until now; undefined for a thin snapshot, which has no room of its own. */
  fill(): SnapshotFill | undefined {
    return this.#fill && {...this.#fill, extensions: this.#extender?.extensions ?? 0};
  }

  /** Takes the last look, and watches no more. @throws LvmError 'snapshot-invalid', 'snapshot-lost'. */
  async requireValid(signal: AbortSignal): Promise<void> {
    await this[Symbol.asyncDispose]();
    if (this.#loss !== undefined) throw this.#loss;
    try {
      const condition = await this.#request.snapshot.check(signal);
      this.#record(condition);
      if (condition.isInvalid) await this.#request.snapshot.requireValid(signal);
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** Watches no more. An extension that is under way comes to its end: see `extendSnapshot`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#ended;
  }

  async #watch(): Promise<void> {
    const {pause = sleepUntil} = this.#request;
    const {signal} = this.#end;
    let waitMs = HURRIED_MS;
    while (this.#loss === undefined && !signal.aborted) {
      await pause(waitMs, signal);
      if (signal.aborted) return;
      waitMs = await this.#look(signal);
    }
  }

  /** Returns how long to wait for the next one. */
  async #look(signal: AbortSignal): Promise<number> {
    const startedMs = this.#now();
    try {
      const condition = await this.#request.snapshot.check(signal);
      const calmMs = Math.max(CALM_MS, (this.#now() - startedMs) * CALM_RATIO);
      const hurriedMs = Math.max(HURRIED_MS, (this.#now() - startedMs) * HURRIED_RATIO);
      this.#record(condition);
      if (condition.isInvalid) await this.#confirmLoss(signal);
      else await this.#extender?.extendIfNeeded(condition);
      return this.#isCalm(condition, calmMs) ? calmMs : hurriedMs;
    } catch (error) {
      if (signal.aborted) return 0;
      if (isLoss(error)) await this.#confirmLoss(signal);
      else this.#request.teller.log('debug', `cannot look at the snapshot: ${messageOf(error)}`);
      return Math.max(CALM_MS, (this.#now() - startedMs) * CALM_RATIO);
    }
  }

  /** One look could have met something that passes: a device that was away for a moment, say. */
  async #confirmLoss(signal: AbortSignal): Promise<void> {
    try {
      await this.#request.snapshot.requireValid(signal);
    } catch (error) {
      if (!isLoss(error)) return;
      this.#loss = asError(this.#explained(error));
      this.#tellLost(this.#loss);
    }
  }

  #record({usedPercent, roomBytes}: SnapshotCondition): void {
    if (usedPercent === undefined || roomBytes === undefined) return;
    const usedBytes = Math.round((roomBytes * usedPercent) / 100);
    this.#fill = {
      usedPercent: Math.max(usedPercent, this.#fill?.usedPercent ?? 0),
      usedBytes: Math.max(usedBytes, this.#fill?.usedBytes ?? 0),
      roomBytes,
    };
  }

  /** Whether there is no need to look sooner than in `waitMs`. */
  #isCalm({usedPercent = 0}: SnapshotCondition, waitMs: number): boolean {
    const {thresholdPercent = NEARLY_FULL_PERCENT} = this.#request.policy ?? {};
    const atMs = this.#now();
    const percentPerMs = Math.max(0, usedPercent - this.#last.usedPercent) / Math.max(1, atMs - this.#last.atMs);
    this.#last = {usedPercent, atMs};
    return usedPercent + percentPerMs * waitMs < thresholdPercent;
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof LvmError) || error.code !== 'snapshot-invalid' || this.#fill === undefined) return error;
    const {snapshot, teller} = this.#request;
    const overflow = {
      roomBytes: this.#fill.roomBytes,
      originBytes: snapshot.originBytes,
      comparedShare: teller.comparedShare,
    };
    return explainOverflow(error, overflow, this.#extender?.shortcoming ?? 'off');
  }
}

function isLoss(error: unknown): boolean {
  return error instanceof LvmError && (error.code === 'snapshot-invalid' || error.code === 'snapshot-lost');
}

async function sleepUntil(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, {signal, ref: false}).catch(() => {});
}
