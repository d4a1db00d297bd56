import type {TaskProgress} from '../../tasks/events.js';
import type {Stage} from '../../tasks/report.js';
import {plainText} from '../../plain-text.js';
import {progressLine, progressParts} from '../text/progress-text.js';
import {RateGauge} from './rate-gauge.js';
import type {Screen} from './screen.js';

/** How far a task is, while it runs. Drawn when something moves only, so that a password prompt keeps its line. */
export interface ProgressDisplay {
  /** One of `total` tasks begins. */
  begin(task: string, total: number): void;
  /** The stage before is over. */
  enter(task: string, stage: Stage): void;
  update(task: string, progress: TaskProgress): void;
  end(task: string): void;
  /** Frees the line for something else. */
  clear(): void;
}

export type Now = () => number;

export const REDRAW_EVERY_MS = 200;
const TELL_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

const SILENT: ProgressDisplay = {begin() {}, enter() {}, update() {}, end() {}, clear() {}};

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
  const endStage = (): void => {
    clear();
    gauge = new RateGauge();
  };
  return {
    begin() {},
    enter: endStage,
    end: endStage,
    update(task, progress) {
      const nowMs = now();
      gauge.add(progress.doneBytes, nowMs);
      if (nowMs - drawnAtMs < REDRAW_EVERY_MS) return;
      drawnAtMs = nowMs;
      isDrawn = true;
      const line = progressLine(task, progressParts(progress, gauge.bytesPerSecond()), screen.columns);
      screen.write(`${CLEAR_LINE}${line}`);
    },
    clear,
  };
}

interface ToldTask {
  readonly gauge: RateGauge;
  toldAtMs: number;
  latest: TaskProgress | undefined;
}

function plainProgress(screen: Screen, now: Now): ProgressDisplay {
  const tasks = new Map<string, ToldTask>();
  const tell = (name: string, {latest, gauge}: ToldTask): void => {
    if (latest === undefined) return;
    const parts = progressParts(latest, gauge.bytesPerSecond());
    screen.write(`[Task ${plainText(name)}] PROGRESS: ${parts.join(', ')}\n`);
  };
  const endStage = (name: string): void => {
    const task = tasks.get(name);
    if (task) tell(name, task);
    tasks.delete(name);
  };
  return {
    begin() {},
    enter: endStage,
    end: endStage,
    update(name, progress) {
      const nowMs = now();
      const task = tasks.get(name) ?? {gauge: new RateGauge(), toldAtMs: nowMs, latest: undefined};
      tasks.set(name, task);
      task.gauge.add(progress.doneBytes, nowMs);
      task.latest = progress;
      if (nowMs - task.toldAtMs < TELL_EVERY_MS) return;
      task.toldAtMs = nowMs;
      tell(name, task);
      task.latest = undefined;
    },
    clear() {},
  };
}
