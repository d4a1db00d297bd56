/** What came of kills, for each victim. */
export class KillTally {
  readonly #counts = new Map<string, Map<string, number>>();

  add(victim: string, outcome: string): void {
    const outcomes = this.#counts.get(victim) ?? new Map<string, number>();
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    this.#counts.set(victim, outcomes);
  }

  /** A line for each victim. */
  text(): string {
    const lines = [...this.#counts].map(([victim, outcomes]) => {
      const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`);
      return `  ${victim.padEnd(8)} ${counts.join(', ')}`;
    });
    return lines.toSorted().join('\n');
  }
}
