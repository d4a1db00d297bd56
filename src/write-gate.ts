import {setTimeout as sleep} from 'node:timers/promises';

/** What is written here takes a moment. Whoever needs longer may be waiting for a server or a disk that is gone. */
const PATIENCE_MS = 5000;

/** What holds for who finds the gate shut, as long as it waits. */
export interface GateWait {
  /** Ends the wait. What is being written goes on: its writer knows best what half of it would mean. */
  readonly signal?: AbortSignal | undefined;
  /** Keeps the time of the wait from being counted. */
  readonly pause?: (() => Disposable) | undefined;
}

/**
 * Keeps this process from writing to its own files while file systems may be frozen. Node has a handful of threads for
 * files: were they all to wait for a frozen file system, nothing could be done any more that ends the frost.
 */
export class WriteGate {
  readonly #patienceMs: number;
  readonly #writing = new Set<Promise<unknown>>();
  readonly #waiting = new Set<() => void>();
  #shutCount = 0;

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /**
   * Writes as soon as the gate is open. What `write` does must not pass the gate itself. Throws the reason of a signal that
   * aborts before that; what `write` throws.
   */
  async pass<Result>(write: () => Promise<Result>, wait: GateWait = {}): Promise<Result> {
    while (this.#shutCount > 0) await this.#nextOpening(wait);
    const writing = write();
    this.#writing.add(writing);
    try {
      return await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  /** Resolves when nothing is being written any more, or when that takes too long. Disposal opens the gate again. */
  async shut(): Promise<Disposable> {
    this.#shutCount += 1;
    const over = new AbortController();
    const tooLong = sleep(this.#patienceMs, undefined, {signal: over.signal}).catch(() => {});
    await Promise.race([Promise.allSettled(this.#writing), tooLong]);
    over.abort();
    let isShut = true;
    return {
      [Symbol.dispose]: () => {
        if (isShut) this.#open();
        isShut = false;
      },
    };
  }

  async #nextOpening({signal, pause}: GateWait): Promise<void> {
    signal?.throwIfAborted();
    using _pause = pause?.();
    await new Promise<void>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.delete(goOn);
        reject(signal?.reason);
      };
      const goOn = (): void => {
        signal?.removeEventListener('abort', stop);
        resolve();
      };
      this.#waiting.add(goOn);
      signal?.addEventListener('abort', stop, {once: true});
    });
  }

  #open(): void {
    this.#shutCount -= 1;
    if (this.#shutCount > 0) return;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const goOn of waiting) goOn();
  }
}

/**
 * For all that this process writes beside targets and patches: state, records, figures, input of programs.
 *
 * There is one for the whole process, and nobody is given it: what it protects, the threads of Node, are there once, and
 * one writer who was forgotten, or had another gate, would take them for all.
 */
export const OWN_WRITES = new WriteGate();
