/** To a thousandth: what a clock gives beyond that is noise, and hard to read. */
export function roundMs(timeMs: number): number {
  return Math.round(timeMs * 1000) / 1000;
}
