import {setTimeout as sleep} from 'node:timers/promises';

/** What is written here takes a moment. Whoever needs longer may be waiting for a server or a disk that is gone. */
const PATIENCE_MS = 5000;

/**
 * Keeps this process from writing to its own files while file systems may be frozen. Node has a handful of threads for
 * files: were they all to wait for a frozen file system, nothing could be done any more that ends the frost.
 */
export class WriteGate {
  readonly #patienceMs: number;
  readonly #writing = new Set<Promise<unknown>>();
  #waiting: (() => void)[] = [];
  #shutCount = 0;

  constructor(patienceMs = PATIENCE_MS) {
    this.#patienceMs = patienceMs;
  }

  /** Writes as soon as the gate is open. What `write` does must not pass the gate itself. */
  async pass<Result>(write: () => Promise<Result>): Promise<Result> {
    while (this.#shutCount > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
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

  #open(): void {
    this.#shutCount -= 1;
    if (this.#shutCount > 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const goOn of waiting) goOn();
  }
}

/** For all that this process writes beside targets and patches: state, records, figures, input of programs. */
export const OWN_WRITES = new WriteGate();
