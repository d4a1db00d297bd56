import type {Claim} from './claim.js';
import {type Contender, nextToStart} from './next-to-start.js';

export interface TurnRequest {
  readonly claims: readonly Claim[];
  readonly signal: AbortSignal;
  /** Told once, before a wait. */
  readonly onWait?: () => void;
}

interface Turn extends Contender {
  readonly begin: () => void;
}

const NO_LIMITS = {jobs: Number.POSITIVE_INFINITY, jobsPerHost: Number.POSITIVE_INFINITY};

/**
 * Who may use what, among tasks that run at once: for devices that are known as the same only when they are looked at,
 * and for what only one does at a time. All claims of a turn are given at once. A turn is never given before one that was
 * asked for earlier and has a claim of it, so that everybody's comes.
 */
export class Turns {
  readonly #given = new Set<Turn>();
  readonly #waiting: Turn[] = [];

  /** Resolves when nobody else has any of it, and rejects with the reason of the signal. Disposal gives it back. */
  async take({claims, signal, onWait}: TurnRequest): Promise<Disposable> {
    signal.throwIfAborted();
    return await new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal.reason);
        this.#giveAll();
      };
      const turn: Turn = {
        claims,
        host: undefined,
        begin: () => {
          signal.removeEventListener('abort', stop);
          resolve({[Symbol.dispose]: () => this.#takeBack(turn)});
        },
      };
      this.#waiting.push(turn);
      this.#giveAll();
      if (this.#given.has(turn)) return;
      signal.addEventListener('abort', stop, {once: true});
      onWait?.();
    });
  }

  #takeBack(turn: Turn): void {
    if (this.#given.delete(turn)) this.#giveAll();
  }

  #giveAll(): void {
    for (;;) {
      const next = nextToStart(this.#waiting, [...this.#given], NO_LIMITS);
      if (next === undefined) return;
      for (const turn of this.#waiting.splice(next, 1)) {
        this.#given.add(turn);
        turn.begin();
      }
    }
  }
}
