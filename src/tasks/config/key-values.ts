import {parseByteCount, parseDuration} from '../../units.js';
import {KeyFault} from './key-fault.js';
import {quoted} from './quoted.js';
import {ShellWordsError, splitShellWords} from './shell-words.js';

// Parsers of single values; all throw KeyFault with what is allowed.

const BOOLEANS = new Map([
  ...['1', 'yes', 'y', 'true', 'on'].map((word) => [word, true] as const),
  ...['0', 'no', 'n', 'false', 'off'].map((word) => [word, false] as const),
]);

/** What Python's configparser takes for a boolean, and `y` and `n`; in any case. */
export function booleanValue(text: string): boolean {
  const value = BOOLEANS.get(text.toLowerCase());
  if (value !== undefined) return value;
  throw new KeyFault(`${quoted(text)} is neither yes (1, y, true, on) nor no (0, n, false, off)`);
}

/** One of `choices`, in any case. */
export function choiceOf<Choice extends string>(choices: readonly Choice[]): (text: string) => Choice {
  return (text) => {
    const choice = choices.find((known) => known === text.toLowerCase());
    if (choice !== undefined) return choice;
    throw new KeyFault(`${quoted(text)} is none of ${choices.join(', ')}`);
  };
}

/** Bytes per second, above 0. */
export function rateValue(text: string): number {
  const bytes = parseByteCount(text);
  if (bytes === undefined) {
    throw new KeyFault(
      `${quoted(text)} is no rate: a whole number of bytes per second, or of KiB, MiB, GiB with k, m, g behind it (500k, 2m)`,
    );
  }
  if (bytes > 0) return bytes;
  throw new KeyFault(`${quoted(text)} would never let a byte pass`, {hint: 'leave the value empty for no limit'});
}

/** The longest time that a timer of Node takes, nearly 25 days. */
const MAX_DURATION_MS = 2 ** 31 - 1;

/** `90s`, `30m`, `2h`, `1d`, or a plain number of seconds, as milliseconds; 0 means never. */
export function durationMs(text: string): number {
  const milliseconds = anyDurationMs(text);
  if (milliseconds <= MAX_DURATION_MS) return milliseconds;
  throw new KeyFault(`${quoted(text)} is more than 24 days`, {hint: '0 stands for no limit'});
}

/** As long as anybody likes, for times that no timer waits for; undefined for 0, which means never. */
export function ageMs(text: string): number | undefined {
  const milliseconds = anyDurationMs(text);
  return milliseconds === 0 ? undefined : milliseconds;
}

function anyDurationMs(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new KeyFault(
    `${quoted(text)} is no time: a whole number of seconds, or with m, h or d behind it (90, 30m, 2h, 7d)`,
  );
}

/** Words for a program to be started; there is at least one. */
export function commandWords(text: string): string[] {
  const words = shellWords(text);
  if (words[0] === '') throw new KeyFault('its first word, the program, is empty');
  return words;
}

export function shellWords(text: string): string[] {
  try {
    return splitShellWords(text);
  } catch (error) {
    if (error instanceof ShellWordsError) throw new KeyFault(error.message, {cause: error});
    throw error;
  }
}

const SNAPSHOT_BYTES = /^[0-9]+[bskmgtpe]?$/i;
const SNAPSHOT_SHARE = /^[0-9]+%(?:origin|free)$/i;

/** A size as lvcreate takes it: `5G` for `--size`, `10%ORIGIN` (in capital letters) for `--extents`. */
export function snapshotSize(text: string): string {
  if (!SNAPSHOT_BYTES.test(text) && !SNAPSHOT_SHARE.test(text)) {
    throw new KeyFault(
      `${quoted(text)} is no snapshot size: a whole number with one of b, s, k, m, g, t, p, e behind it (5G), or a share (10%ORIGIN, 50%FREE)`,
    );
  }
  if (Number.parseInt(text, 10) === 0) throw new KeyFault(`${quoted(text)} leaves the snapshot no room`);
  return SNAPSHOT_SHARE.test(text) ? text.toUpperCase() : text;
}

/** `80%+20%`: at which part of its room a snapshot is extended, and by which part of it. */
export function autoextendValue(text: string): {readonly thresholdPercent: number; readonly stepPercent: number} {
  const [, threshold, step] = /^(\d{1,4})%\s*\+\s*(\d{1,4})%$/.exec(text) ?? [];
  if (threshold === undefined || step === undefined) {
    throw new KeyFault(
      `${quoted(text)} is not of the form THRESHOLD%+STEP%: 80%+20% adds a fifth of its room to a snapshot that is full to four fifths`,
    );
  }
  const [thresholdPercent, stepPercent] = [Number(threshold), Number(step)];
  if (thresholdPercent < 1 || thresholdPercent > 99) {
    throw new KeyFault(`${quoted(text)}: a threshold is between 1% and 99%`, {
      hint: 'leave the value empty for a snapshot that is never extended',
    });
  }
  if (stepPercent < 1) throw new KeyFault(`${quoted(text)} would add no room`);
  return {thresholdPercent, stepPercent};
}

/** What LVM allows and keeps for itself is told in lvm(8), "Valid names". */
const VOLUME_NAME = /^(?!-|\.{1,2}$|snapshot|pvmove)[A-Za-z0-9+_.-]{1,127}$/;

/** `sample` is what `text` becomes, if it has words that stand for others. */
export function volumeName(text: string, sample = text): string {
  if (VOLUME_NAME.test(sample)) return text;
  throw new KeyFault(
    `${quoted(text)} is no name for a volume: letters, digits and + _ . - only, no '-' first, not beginning with 'snapshot' or 'pvmove'`,
  );
}
