import type {TaskProgress} from '../../tasks/events.js';
import type {Stage} from '../../tasks/report.js';
import {leftMs, progressLine, progressParts, totalParts} from '../text/progress-text.js';
import {type Now, type ProgressDisplay, REDRAW_EVERY_MS} from './progress-display.js';
import {RateGauge} from './rate-gauge.js';
import type {Screen} from './screen.js';

interface RunningTask {
  stage: Stage;
  /** Of the stage; undefined as long as it told nothing. */
  progress: TaskProgress | undefined;
  gauge: RateGauge;
}

const COMPARING: ReadonlySet<Stage> = new Set(['generate', 'verify'] satisfies Stage[]);
/** The last line is that of all tasks, and none is left free for the cursor: it stays behind that. */
const OTHER_ROWS = 2;

/** For several tasks at once, on a terminal that can be drawn over: a line for each, and one for all of them. */
export function createProgressBlock(screen: Screen, now: Now = () => performance.now()): ProgressDisplay {
  const running = new Map<string, RunningTask>();
  const gauge = new RateGauge();
  let counts = {done: 0, begun: 0, total: 0};
  let comparedBefore = 0;
  let drawnLines = 0;
  let drawnAtMs = Number.NEGATIVE_INFINITY;

  const clear = (): void => {
    if (drawnLines > 0) screen.write(eraseLines(drawnLines));
    drawnLines = 0;
    drawnAtMs = Number.NEGATIVE_INFINITY;
  };
  const draw = (): void => {
    const nowMs = now();
    if (nowMs - drawnAtMs < REDRAW_EVERY_MS) return;
    drawnAtMs = nowMs;
    const lines = [...taskLines(), totalLine()];
    screen.write(eraseLines(drawnLines) + lines.join('\n'));
    drawnLines = lines.length;
  };
  const taskLines = (): string[] =>
    [...running].slice(0, Math.max(screen.rows - OTHER_ROWS, 1)).map(([task, {stage, progress, gauge: own}]) => {
      const parts = progress === undefined ? [stage] : progressParts(progress, own.bytesPerSecond());
      return progressLine(task, parts, screen.columns);
    });
  const totalLine = (): string => {
    const lefts = [...running.values()].map(
      ({progress, gauge: own}) => progress && leftMs(progress, own.bytesPerSecond()),
    );
    // Of what has not begun, nobody knows how long it takes.
    const isAllKnown = counts.begun === counts.total && lefts.every((left) => left !== undefined);
    const parts = totalParts({
      ...counts,
      running: running.size,
      comparedBytes: comparedBytes(),
      bytesPerSecond: gauge.bytesPerSecond(),
      leftMs: isAllKnown ? Math.max(0, ...lefts) : undefined,
    });
    return progressLine('all', parts, screen.columns);
  };
  const comparedBytes = (): number =>
    [...running.values()].reduce((bytes, task) => bytes + comparedOf(task), comparedBefore);
  const endStage = (task: RunningTask): void => {
    comparedBefore += comparedOf(task);
    task.progress = undefined;
    task.gauge = new RateGauge();
  };

  return {
    begin(name, total) {
      counts = {...counts, begun: counts.begun + 1, total};
      running.set(name, {stage: 'lock', progress: undefined, gauge: new RateGauge()});
      draw();
    },
    enter(name, stage) {
      const task = running.get(name);
      if (task === undefined) return;
      endStage(task);
      task.stage = stage;
      draw();
    },
    update(name, progress) {
      const task = running.get(name);
      if (task === undefined) return;
      const nowMs = now();
      task.progress = progress;
      task.gauge.add(progress.doneBytes, nowMs);
      gauge.add(comparedBytes(), nowMs);
      draw();
    },
    end(name) {
      const task = running.get(name);
      if (task !== undefined) endStage(task);
      running.delete(name);
      counts = {...counts, done: counts.done + 1};
      clear();
    },
    clear,
  };
}

function comparedOf({progress}: RunningTask): number {
  return progress !== undefined && COMPARING.has(progress.stage) ? progress.doneBytes : 0;
}

/** The cursor stands in the last of them. */
function eraseLines(count: number): string {
  if (count === 0) return '';
  return `\r${count > 1 ? `\u001b[${count - 1}A` : ''}\u001b[J`;
}
