import type {RunReport, TaskReport} from '../../tasks/report.js';
import type {Verification} from '../../tasks/verify/verification.js';
import {formatBytes} from '../../units.js';
import type {Screen} from '../screen/screen.js';
import {formatTenths} from './clock.js';
import {renderFittedTable} from './fitted-table.js';
import {nameCell, noteLines, skippedLines, stateCell} from './report-table.js';
import type {Cell} from './table.js';

/** A row per task that was to be compared. */
export function formatVerifyTable({tasks}: RunReport, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  const shown = tasks.filter(({state}) => state !== 'skipped');
  const head = ['Task', 'State', 'Size', 'Compared', 'Differing', 'Places', 'Time'];
  const alignment = ['left', 'left', 'right', 'right', 'right', 'right', 'right'] as const;
  const table = shown.length === 0 ? '' : renderFittedTable({head, alignment, rows: shown.map(cellsOf)}, screen);
  return [table, ...skippedLines(tasks), ...shown.flatMap(noteLines)].join('');
}

function cellsOf(task: TaskReport): Cell[] {
  const {verification} = task;
  const isDifferent = task.state === 'failed' && task.failure.code === 'verify-failed';
  const state: Cell = isDifferent ? {text: 'different', color: 'red'} : stateCell(task);
  const figures = verification === undefined ? FIGURES.map(() => NOTHING) : FIGURES.map((text) => text(verification));
  return [nameCell(task), state, ...figures.map((text) => ({text}))];
}

const NOTHING = '-';

const FIGURES: readonly ((verification: Verification) => string)[] = [
  ({sourceBytes}) => formatBytes(sourceBytes),
  ({comparedBytes}) => formatBytes(comparedBytes),
  ({differingBytes}) => formatBytes(differingBytes),
  ({extentCount}) => extentCount.toString(),
  ({timeMs}) => formatTenths(timeMs),
];
