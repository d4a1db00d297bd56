/** Something that work needs while it goes on: for itself alone, or together with others that only read it. */
export interface Claim {
  readonly key: string;
  readonly mode: 'exclusive' | 'shared';
}

/** Claims of several pieces of work, to be held against those of one more. */
export class ClaimedKeys {
  readonly #modes = new Map<string, Claim['mode']>();

  add(claims: readonly Claim[]): void {
    for (const {key, mode} of claims) {
      if (mode === 'exclusive' || !this.#modes.has(key)) this.#modes.set(key, mode);
    }
  }

  /** Whether work with these claims may go on beside all that were added. */
  leaveRoomFor(claims: readonly Claim[]): boolean {
    return claims.every(({key, mode}) => {
      const taken = this.#modes.get(key);
      return taken === undefined || (taken === 'shared' && mode === 'shared');
    });
  }
}
