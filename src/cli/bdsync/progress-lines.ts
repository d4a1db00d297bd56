import {formatProgressLine, percentOf, type ProgressLine} from '../../bdsync/progress-line.js';
import type {ProgressStyle} from './given-options.js';
import type {Notices} from './notices.js';

/** The original's progress lines: when the percentage has changed, and once a second. */
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
  report(progress: ProgressLine): void {
    if (progress.position >= progress.sizeBytes) return;
    const percent = percentOf(progress);
    const second = Math.floor(this.#now() / 1000);
    if (this.#shown?.percent === percent && this.#shown.second === second) return;
    this.#shown = {percent, second};
    this.#show(progress);
  }

  /** All is done: the last line. */
  finish({patchBytes, sizeBytes}: {patchBytes: number; sizeBytes: number}): void {
    this.#show({patchBytes, sizeBytes, position: sizeBytes});
  }

  #show(progress: ProgressLine): void {
    const text = formatProgressLine(progress, this.#now() - this.#startMs);
    if (this.#style === 'noscroll') this.#notices.overwritable(text);
    else this.#notices.line(text);
  }
}
