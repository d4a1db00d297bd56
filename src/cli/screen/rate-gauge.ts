interface Sample {
  readonly atMs: number;
  readonly doneBytes: number;
}

const WINDOW_MS = 10_000;
const SAMPLE_EVERY_MS = 250;
/** A rate of a shorter time says nothing. */
const SHORTEST_MS = 500;

/** The rate of the last seconds, from positions that are told at any time. A position that moves back starts anew. */
export class RateGauge {
  #samples: Sample[] = [];
  #newest: Sample | undefined;

  add(doneBytes: number, atMs: number): void {
    if (this.#newest !== undefined && doneBytes < this.#newest.doneBytes) this.#samples = [];
    this.#newest = {atMs, doneBytes};
    const last = this.#samples.at(-1);
    if (last === undefined || atMs - last.atMs >= SAMPLE_EVERY_MS) this.#samples.push(this.#newest);
    while (this.#samples.length > 2 && atMs - (this.#samples[0]?.atMs ?? atMs) > WINDOW_MS) this.#samples.shift();
  }

  /** Undefined as long as there is too little to tell. */
  bytesPerSecond(): number | undefined {
    const oldest = this.#samples[0];
    if (oldest === undefined || this.#newest === undefined) return undefined;
    const elapsedMs = this.#newest.atMs - oldest.atMs;
    if (elapsedMs < SHORTEST_MS) return undefined;
    return ((this.#newest.doneBytes - oldest.doneBytes) / elapsedMs) * 1000;
  }
}
