/** What is drawn at random comes again with the same seed; each file of tests prints it. */
export const seed = numberFrom('BDSYNC_FAULT_SEED', Date.now() % 1_000_000_000);

/** Where the images, patches and states of a failed test are kept, to look at; undefined: nowhere. */
export const keepFolder = process.env['BDSYNC_FAULT_KEEP'] || undefined;

/** Every stage with every process; otherwise every stage once. */
export const isThorough = numberFrom('BDSYNC_FAULT_KILLS', 0) > 0;

const kills = numberFrom('BDSYNC_FAULT_KILLS', 0) || 165;

/** A part of the random kills hits whole runs; the rest, which costs less, the program that applies. */
export const killsOfRuns = Math.ceil(kills / 6);
export const killsOfAppliers = kills - killsOfRuns;

function numberFrom(name: string, otherwise: number): number {
  const text = process.env[name];
  if (text === undefined || text === '') return otherwise;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${name} is no whole number: ${text}`);
  return value;
}
