import type {ProgressStyle} from './given-options.js';
import type {Notices} from './notices.js';

export interface ProgressState {
  /** Bytes of the patch so far, headers included. */
  readonly patchBytes: number;
  readonly position: number;
  readonly sizeBytes: number;
}

/**
 * The original's progress lines, `PROGRESS:042%,PATCHBYTES,POSITION,SIZE,ELAPSED,REMAINING` with times in seconds (`-`
 * as long as there is no rate): when the percentage has changed, and once a second.
 */
export class ProgressLines {
  readonly #style: ProgressStyle;
  readonly #notices: Notices;
  readonly #now: () => number;
  readonly #startMs: number;
  #shown: {readonly percent: number; readonly second: number} | undefined;

  /** `now` gives milliseconds. */
  constructor(style: ProgressStyle, notices: Notices, now: () => number = () => performance.now()) {
    this.#style = style;
    this.#notices = notices;
    this.#now = now;
    this.#startMs = now();
  }

  /** Where things are; the end is for `finish` to tell. */
  report(state: ProgressState): void {
    if (state.position >= state.sizeBytes) return;
    const percent = Math.floor((state.position * 100) / state.sizeBytes);
    const second = Math.floor(this.#now() / 1000);
    if (this.#shown?.percent === percent && this.#shown.second === second) return;
    this.#shown = {percent, second};
    this.#show(percent, state);
  }

  /** All is done: the last line. */
  finish({patchBytes, sizeBytes}: {patchBytes: number; sizeBytes: number}): void {
    this.#show(100, {patchBytes, sizeBytes, position: sizeBytes});
  }

  #show(percent: number, {patchBytes, position, sizeBytes}: ProgressState): void {
    const times = timesText(position, sizeBytes, this.#now() - this.#startMs);
    const text = `PROGRESS:${String(percent).padStart(3, '0')}%,${patchBytes},${position},${sizeBytes},${times}`;
    if (this.#style === 'noscroll') this.#notices.overwritable(text);
    else this.#notices.line(text);
  }
}

function timesText(position: number, sizeBytes: number, elapsedMs: number): string {
  const bytesPerMs = Math.floor(position / elapsedMs);
  if (!Number.isFinite(bytesPerMs) || bytesPerMs < 1) return '-,-';
  const remainingMs = Math.max(0, sizeBytes / bytesPerMs - elapsedMs);
  // The blanks cover what a longer line left behind.
  return `${(elapsedMs / 1000).toFixed(3)},${(remainingMs / 1000).toFixed(3)}        `;
}
