const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** A bar for each amount, the highest for the largest: `▁▂█▁`. Nothing at all is the lowest, too. */
export function sparkline(amounts: readonly number[]): string {
  const largest = Math.max(...amounts, 0);
  return amounts.map((amount) => BARS[barOf(amount, largest)]).join('');
}

/** What is there is higher than what is not. */
function barOf(amount: number, largest: number): number {
  if (amount <= 0) return 0;
  return Math.max(1, Math.round((amount / largest) * (BARS.length - 1)));
}
