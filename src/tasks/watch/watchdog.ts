import type {TrafficMeter} from '../../hosts/traffic-meter.js';
import {TaskError} from '../task-error.js';

const LONGEST_LOOK_MS = 15_000;

interface WatchdogRequest {
  /** 0: never. */
  readonly timeoutMs: number;
  readonly meter: TrafficMeter;
  readonly onStall: (error: TaskError) => void;
}

/** A stamp that changes whenever a program makes progress that the connection does not show. */
export type ProgressStamp = () => Promise<string>;

/**
 * Ends a run that hangs: when for `timeoutMs` no byte moved and none of the watched programs made progress, `onStall`
 * is called once with what was waited for, counted from `start` on. Bytes alone do not tell: one answer may cover gigabytes of reading.
 */
export class Watchdog implements Disposable {
  readonly #request: WatchdogRequest;
  #timer: NodeJS.Timeout | undefined;
  readonly #stamps = new Set<ProgressStamp>();
  #lastSign = '';
  #lastSignAt = 0;
  #looking = false;
  /** What the run waits for, in words that complete `while waiting for …`. */
  waitingFor = 'the target';

  constructor(request: WatchdogRequest) {
    this.#request = request;
  }

  /** To be called once, or again after `stop`. What is watched, and waited for, may come earlier or later. */
  start(): void {
    const {timeoutMs} = this.#request;
    if (timeoutMs === 0) return;
    this.#lastSignAt = performance.now();
    this.#timer = setInterval(() => void this.#look(), Math.min(LONGEST_LOOK_MS, timeoutMs / 4));
    this.#timer.unref();
  }

  watch(stamp: ProgressStamp): Disposable {
    this.#stamps.add(stamp);
    return {[Symbol.dispose]: () => void this.#stamps.delete(stamp)};
  }

  /** While the run waits for nothing of its own. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Stops it until disposal; one that was not started stays so. */
  pause(): Disposable {
    const wasRunning = this.#timer !== undefined;
    this.stop();
    return {[Symbol.dispose]: () => void (wasRunning && this.start())};
  }

  [Symbol.dispose](): void {
    this.stop();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const stamps = await Promise.all([...this.#stamps].map((stamp) => stamp()));
      const sign = [this.#request.meter.activity, ...stamps].join(' ');
      // Not the time of day, which may be set, or have passed while the machine slept.
      const now = performance.now();
      if (sign !== this.#lastSign) {
        this.#lastSign = sign;
        this.#lastSignAt = now;
      } else if (now - this.#lastSignAt >= this.#request.timeoutMs) {
        this.stop();
        this.#request.onStall(this.#stallError());
      }
    } finally {
      this.#looking = false;
    }
  }

  #stallError(): TaskError {
    const seconds = this.#request.timeoutMs / 1000;
    const span = seconds >= 120 ? `${Math.round(seconds / 60)} minutes` : `${seconds} seconds`;
    return new TaskError('stalled', `nothing moved for ${span} while waiting for ${this.waitingFor}`, {
      hint: 'look at the disk and the network of the target; stall_timeout sets how long a run waits',
    });
  }
}
