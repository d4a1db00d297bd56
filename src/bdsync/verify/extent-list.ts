export interface Extent {
  readonly position: number;
  readonly length: number;
}

/** As many extents as a list keeps; what lies behind them is only counted. */
export const MAX_LISTED_EXTENTS = 10_000;

/** Extents that come with rising positions; those that touch are one. */
export class ExtentList {
  readonly #listed: Extent[] = [];
  #last: Extent | undefined;
  #count = 0;
  #bytes = 0;

  add({position, length}: Extent): void {
    if (length === 0) return;
    this.#bytes += length;
    if (this.#last && this.#last.position + this.#last.length === position) {
      this.#last = {position: this.#last.position, length: this.#last.length + length};
      if (this.#count <= MAX_LISTED_EXTENTS) this.#listed[this.#count - 1] = this.#last;
      return;
    }
    this.#last = {position, length};
    this.#count += 1;
    if (this.#count <= MAX_LISTED_EXTENTS) this.#listed.push(this.#last);
  }

  /** The first of them. */
  get listed(): readonly Extent[] {
    return this.#listed;
  }

  /** Of all of them. */
  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }
}
