import type {TaskProgress} from '../../tasks/events.js';
import {plainText} from '../../plain-text.js';
import {progressLine, progressParts} from '../text/progress-text.js';
import {RateGauge} from './rate-gauge.js';
import type {Screen} from './screen.js';

/** How far a task is, while it runs. Drawn when something moves only, so that a password prompt keeps its line. */
export interface ProgressDisplay {
  update(task: string, progress: TaskProgress): void;
  /** A stage or the task is over. */
  endStage(): void;
  /** Frees the line for something else. */
  clear(): void;
}

type Now = () => number;

const REDRAW_EVERY_MS = 200;
const TELL_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

const SILENT: ProgressDisplay = {update() {}, endStage() {}, clear() {}};

/** On a terminal that can, one line that is redrawn; elsewhere nothing, or whole lines from time to time if they are asked for. */
export function createProgressDisplay(
  screen: Screen,
  isAskedFor: boolean,
  now: Now = () => performance.now(),
): ProgressDisplay {
  if (screen.canRedraw) return redrawnLine(screen, now);
  return isAskedFor ? plainProgress(screen, now) : SILENT;
}

function redrawnLine(screen: Screen, now: Now): ProgressDisplay {
  let gauge = new RateGauge();
  let drawnAtMs = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  const clear = (): void => {
    if (isDrawn) screen.write(CLEAR_LINE);
    isDrawn = false;
  };
  return {
    update(task, progress) {
      const nowMs = now();
      gauge.add(progress.doneBytes, nowMs);
      if (nowMs - drawnAtMs < REDRAW_EVERY_MS) return;
      drawnAtMs = nowMs;
      isDrawn = true;
      const line = progressLine(task, progressParts(progress, gauge.bytesPerSecond()), screen.columns);
      screen.write(`${CLEAR_LINE}${line}`);
    },
    endStage() {
      clear();
      gauge = new RateGauge();
    },
    clear,
  };
}

function plainProgress(screen: Screen, now: Now): ProgressDisplay {
  let gauge = new RateGauge();
  let toldAtMs: number | undefined;
  let latest: {task: string; progress: TaskProgress} | undefined;
  const tell = (): void => {
    if (latest === undefined) return;
    const parts = progressParts(latest.progress, gauge.bytesPerSecond());
    screen.write(`[Task ${plainText(latest.task)}] PROGRESS: ${parts.join(', ')}\n`);
    latest = undefined;
  };
  return {
    update(task, progress) {
      const nowMs = now();
      gauge.add(progress.doneBytes, nowMs);
      latest = {task, progress};
      toldAtMs ??= nowMs;
      if (nowMs - toldAtMs < TELL_EVERY_MS) return;
      toldAtMs = nowMs;
      tell();
    },
    endStage() {
      tell();
      gauge = new RateGauge();
      toldAtMs = undefined;
    },
    clear() {},
  };
}
