import type {TaskProgress} from '../../tasks/events.js';
import {formatBytes} from '../../units.js';
import {formatClock} from './clock.js';
import {abridge, displayWidth, shorten} from './display-width.js';
import {plainText} from '../../plain-text.js';

/** `generate 45.2% of 4.0GiB, 312.0MiB/s, 0:00:07 left, patch 17.5KiB, …`, the most important first. */
export function progressParts(progress: TaskProgress, bytesPerSecond: number | undefined): string[] {
  const {stage, doneBytes, totalBytes, patchBytes, sentBytes, receivedBytes} = progress;
  const parts = [`${stage} ${percentText(doneBytes, totalBytes)} of ${formatBytes(totalBytes)}`];
  if (bytesPerSecond !== undefined) {
    parts.push(`${formatBytes(Math.round(bytesPerSecond))}/s`);
    const left = doneBytes < totalBytes ? leftMs(progress, bytesPerSecond) : undefined;
    if (left !== undefined) parts.push(`${formatClock(left)} left`);
  }
  if (patchBytes > 0) parts.push(`patch ${formatBytes(patchBytes)}`);
  if (sentBytes > 0) parts.push(`sent ${formatBytes(sentBytes)}`);
  if (receivedBytes > 0) parts.push(`received ${formatBytes(receivedBytes)}`);
  return parts;
}

/** Until the stage is over; undefined where that cannot be told. */
export function leftMs({doneBytes, totalBytes}: TaskProgress, bytesPerSecond: number | undefined): number | undefined {
  if (doneBytes >= totalBytes) return 0;
  return bytesPerSecond === undefined || bytesPerSecond <= 0
    ? undefined
    : ((totalBytes - doneBytes) / bytesPerSecond) * 1000;
}

/** How far all tasks are together. */
export interface TotalProgress {
  readonly done: number;
  readonly running: number;
  readonly total: number;
  readonly comparedBytes: number;
  readonly bytesPerSecond: number | undefined;
  readonly leftMs: number | undefined;
}

/** `2 of 9 tasks done, 3 running, 45.2GiB compared, 312.0MiB/s, 0:00:07 left`, the most important first. */
export function totalParts({done, running, total, comparedBytes, bytesPerSecond, ...rest}: TotalProgress): string[] {
  const parts = [`${done} of ${total} ${total === 1 ? 'task' : 'tasks'} done`, `${running} running`];
  if (comparedBytes > 0) parts.push(`${formatBytes(comparedBytes)} compared`);
  if (bytesPerSecond !== undefined) parts.push(`${formatBytes(Math.round(bytesPerSecond))}/s`);
  if (rest.leftMs !== undefined && running > 0) parts.push(`${formatClock(rest.leftMs)} left`);
  return parts;
}

/** As many of the parts, after the task's name, as a line of `columns` takes without wrapping. */
export function progressLine(task: string, parts: readonly string[], columns: number): string {
  const [first = '', ...others] = parts;
  const nameColumns = Math.max(columns - 1 - displayWidth(first) - 2, 8);
  let line = `${abridge(plainText(task), nameColumns)}: ${first}`;
  for (const part of others) {
    const longer = `${line}, ${part}`;
    if (displayWidth(longer) >= columns) break;
    line = longer;
  }
  return shorten(line, columns - 1);
}

function percentText(doneBytes: number, totalBytes: number): string {
  return totalBytes === 0 ? '100.0%' : `${(Math.min(doneBytes / totalBytes, 1) * 100).toFixed(1)}%`;
}
