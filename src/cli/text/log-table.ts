import {formatLocalTime} from '../../local-time.js';
import {plainText} from '../../plain-text.js';
import type {LoggedRun, LogReport} from '../../tasks/log/log-report.js';
import {formatBytes} from '../../units.js';
import type {Screen} from '../screen/screen.js';
import {formatTenths} from './clock.js';
import {renderFittedTable} from './fitted-table.js';
import {outcomeCell} from './outcome-cell.js';
import type {Cell} from './table.js';

/** A row per run, the newest last; what failed behind it. */
export function formatLog(report: LogReport, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  const {runs, olderRuns, strangeLines, remarks} = report;
  const lines = [
    ...(olderRuns === 0 ? [] : [`${olderRuns} older ${plural(olderRuns, 'run')} not shown: --limit 0 shows all\n`]),
    ...(strangeLines === 0
      ? []
      : [`${strangeLines} ${strangeLines === 1 ? 'line' : 'lines'} of the records cannot be read\n`]),
    ...remarks.map((remark) => `${plainText(remark)}\n`),
  ];
  if (runs.length === 0) return ['no runs\n', ...lines].join('');
  const head = ['Began', 'Task', 'Command', 'Outcome', 'Took', 'Differing', 'Sent', 'Received', 'What failed'];
  const alignment = ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'right', 'left'] as const;
  const table = {head, alignment, rows: runs.map(cellsOf), expendable: EXPENDABLE, uncut: UNCUT};
  return [renderFittedTable(table, screen), ...lines].join('');
}

const NOTHING = '-';
const UNCUT = ['Began', 'Outcome'];
const EXPENDABLE = ['Received', 'Sent', 'Command', 'Differing', 'Took'];

function cellsOf({
  startedAt,
  endedAt,
  task,
  purpose,
  outcome,
  durationMs,
  figures,
  verification,
  failure,
}: LoggedRun): Cell[] {
  const began = startedAt ?? endedAt;
  const bytes = [figures?.differingBytes ?? verification?.differingBytes, figures?.sentBytes, figures?.receivedBytes];
  return [
    {text: began === undefined ? NOTHING : formatLocalTime(began)},
    {text: task},
    {text: purpose},
    outcomeCell(outcome),
    {text: durationMs === undefined ? NOTHING : formatTenths(durationMs)},
    ...bytes.map((count) => ({text: count === undefined ? NOTHING : formatBytes(count)})),
    {
      text:
        failure === undefined
          ? ''
          : `${failure.stage === undefined ? '' : `${failure.stage}: `}${firstLine(failure.message)}`,
    },
  ];
}

function firstLine(text: string): string {
  return plainText(text.split('\n')[0] ?? '');
}

function plural(count: number, noun: string): string {
  return count === 1 ? `${noun} is` : `${noun}s are`;
}
