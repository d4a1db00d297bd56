import {setTimeout as sleep} from 'node:timers/promises';

export type Direction = 'sent' | 'received';

/** What may pass at once after a pause, and the largest piece that passes in one go, in time at the limit. */
const BURST_MS = 50;
const PIECE_MS = 50;
const MIN_PIECE_BYTES = 512;
/** Timers are no finer. */
const SHORTEST_WAIT_MS = 1;

export interface TrafficMeterOptions {
  /** For both directions together. */
  readonly limitBytesPerSecond?: number | undefined;
  /** Milliseconds that never jump. */
  readonly now?: () => number;
  readonly wait?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
}

/**
 * Counts what a task's children are sent and send, and keeps both directions together below a limit. Streams that are
 * made to wait here do not read on, so the limit reaches the other side as back-pressure.
 */
export class TrafficMeter {
  readonly #bytesPerMs: number;
  readonly #pieceBytes: number;
  readonly #now: () => number;
  readonly #wait: (milliseconds: number, signal: AbortSignal | undefined) => Promise<unknown>;
  readonly #bytes = {sent: 0, received: 0};
  #activity = 0;
  /** When everything that was admitted so far has passed at the limit. */
  #passedAt: number;

  constructor(options: TrafficMeterOptions = {}) {
    const limit = options.limitBytesPerSecond ?? Number.POSITIVE_INFINITY;
    if (!(limit > 0)) throw new RangeError(`a limit of ${limit} bytes per second lets nothing pass`);
    this.#bytesPerMs = limit / 1000;
    this.#pieceBytes = Math.max(MIN_PIECE_BYTES, Math.floor(this.#bytesPerMs * PIECE_MS));
    this.#now = options.now ?? (() => performance.now());
    this.#wait = options.wait ?? ((milliseconds, signal) => sleep(milliseconds, undefined, {signal}));
    this.#passedAt = this.#now();
  }

  get sentBytes(): number {
    return this.#bytes.sent;
  }

  get receivedBytes(): number {
    return this.#bytes.received;
  }

  /** Grows with every byte and with every sign of life: unchanged means that nothing moved. */
  get activity(): number {
    return this.#activity;
  }

  noteSignOfLife(): void {
    this.#activity += 1;
  }

  /** Cuts what is to pass into pieces small enough for the limit to be even. Without a limit, one piece. */
  *pieces(chunk: Uint8Array): Generator<Uint8Array> {
    for (let start = 0; start < chunk.length; start += this.#pieceBytes) {
      yield start === 0 && chunk.length <= this.#pieceBytes ? chunk : chunk.subarray(start, start + this.#pieceBytes);
    }
  }

  /** Waits until `byteCount` more bytes may pass, and counts them. Rejects when `signal` is aborted meanwhile. */
  async admit(direction: Direction, byteCount: number, signal?: AbortSignal): Promise<void> {
    const now = this.#now();
    const startsAt = Math.max(this.#passedAt, now - BURST_MS);
    this.#passedAt = startsAt + byteCount / this.#bytesPerMs;
    if (startsAt - now >= SHORTEST_WAIT_MS) await this.#wait(startsAt - now, signal);
    this.#bytes[direction] += byteCount;
    this.#activity += byteCount;
  }
}
