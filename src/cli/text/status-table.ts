import {plainText} from '../../plain-text.js';
import type {KnownSchedule} from '../../tasks/schedule/known-schedule.js';
import type {LastRun, ProblemKind, StatusReport, TaskStatus} from '../../tasks/status/status-report.js';
import {formatAge, formatBytes} from '../../units.js';
import type {Screen} from '../screen/screen.js';
import {formatTenths} from './clock.js';
import type {Color} from './colors.js';
import {renderFittedTable} from './fitted-table.js';
import {outcomeCell} from './outcome-cell.js';
import {sparkline} from './sparkline.js';
import type {Cell} from './table.js';

type StatusScreen = Pick<Screen, 'columns' | 'hasColors' | 'isTerminal' | 'isUtf8'>;

/** A row per task; below it what is wrong, and which tasks are never overdue. */
export function formatStatus(report: StatusReport, screen: StatusScreen): string {
  const {configFile, tasks, goneTasks, remarks, schedules, at} = report;
  const ofGone = goneTasks.flatMap(({problems}) => problems.map(({text}) => `${plainText(text)}\n`));
  const nothing = `no enabled task in ${plainText(configFile)}: nothing is copied\n`;
  if (tasks.length === 0) return [...ofGone, nothing].join('');
  const hasTrend = screen.isTerminal && screen.isUtf8;
  const head = [
    'Task',
    'State',
    'Last success',
    'Last run',
    'Took',
    'Differing',
    'Share',
    ...(hasTrend ? ['Trend'] : []),
  ];
  const alignment = ['left', 'left', 'right', 'left', 'right', 'right', 'right', 'left'] as const;
  const rows = tasks.map((task) => [...cellsOf(task), ...(hasTrend ? [{text: sparkline(task.trend)}] : [])]);
  return [
    renderFittedTable({head, alignment, rows, expendable: EXPENDABLE}, screen),
    ...tasks.flatMap(({task, problems}) => problems.map(({text}) => `${plainText(task)}: ${plainText(text)}\n`)),
    ...ofGone,
    ...(tasks.every(({disabled}) => disabled) ? [nothing] : []),
    ...remarks.map((remark) => `${plainText(remark)}\n`),
    neverOverdueLine(tasks),
    ...schedules.map((schedule) => scheduleLine(schedule, Date.parse(at))),
  ].join('');
}

const WORDS: Readonly<Record<ProblemKind, string>> = {
  unreadable: 'unknown',
  configuration: 'not ready',
  incomplete: 'incomplete',
  failed: 'failed',
  'did-not-end': 'did not end',
  cancelled: 'cancelled',
  overdue: 'overdue',
  'never-run': 'never run',
  changed: 'changed',
  'left-over': 'left over',
  clock: 'clock was set',
};

const NOTHING = '-';
const EXPENDABLE = ['Trend', 'Share', 'Differing', 'Took'];

function cellsOf(status: TaskStatus): Cell[] {
  const {lastSuccess, lastRun} = status;
  const bytes = lastSuccess?.differingBytes;
  return [
    {text: status.task},
    stateCell(status),
    {text: lastSuccess === undefined ? 'never' : ageText(lastSuccess.ageMs)},
    lastRun === undefined ? {text: NOTHING} : lastRunCell(lastRun),
    {text: lastSuccess?.durationMs === undefined ? NOTHING : formatTenths(lastSuccess.durationMs)},
    {text: bytes === undefined ? NOTHING : formatBytes(bytes)},
    {text: shareText(bytes, lastSuccess?.sourceBytes)},
  ];
}

/** The gravest of what is wrong; a run that is under way is told where nothing is. */
function stateCell({disabled, level, problems: [gravest], underWaySince}: TaskStatus): Cell {
  if (disabled && gravest === undefined) return {text: 'disabled', color: 'dim'};
  if (gravest !== undefined) {
    const color: Color = level === 'critical' ? 'red' : 'yellow';
    return {
      text: `${disabled ? 'disabled, ' : ''}${WORDS[gravest.kind]}${underWaySince === undefined ? '' : ', under way'}`,
      color,
    };
  }
  return {text: underWaySince === undefined ? 'ok' : 'under way', color: 'green'};
}

/** Of the last run, whatever it was for. */
function lastRunCell({purpose, outcome}: LastRun): Cell {
  const {text, color} = outcomeCell(outcome);
  return {text: purpose === 'verify' && outcome !== 'verified' ? `verify: ${text}` : text, color};
}

function ageText(ageMs: number | undefined): string {
  return ageMs === undefined ? 'to come' : `${formatAge(ageMs / 1000)} ago`;
}

/** `0.12%` */
function shareText(bytes: number | undefined, sourceBytes: number | undefined): string {
  if (bytes === undefined || sourceBytes === undefined) return NOTHING;
  return `${(sourceBytes === 0 ? 0 : (bytes / sourceBytes) * 100).toFixed(2)}%`;
}

function neverOverdueLine(tasks: readonly TaskStatus[]): string {
  const names = tasks
    .filter(
      ({disabled, warnAfterMs, critAfterMs}) => !disabled && warnAfterMs === undefined && critAfterMs === undefined,
    )
    .map(({task}) => plainText(task));
  return names.length === 0 ? '' : `never overdue, without warn_after and crit_after: ${names.join(', ')}\n`;
}

function scheduleLine({name, tasks, nextAt}: KnownSchedule, nowMs: number): string {
  const what = tasks.length === 0 ? 'all tasks' : tasks.map(plainText).join(', ');
  if (nextAt === undefined) return `no next run is known, by ${plainText(name)}: ${what}\n`;
  const inSeconds = Math.max(0, (Date.parse(nextAt) - nowMs) / 1000);
  return `next run in ${formatAge(inSeconds)}, by ${plainText(name)}: ${what}\n`;
}
