import type {RunReport, SnapshotFill, TaskFigures, TaskReport} from '../../tasks/report.js';
import {formatBytes} from '../../units.js';
import {formatTenths} from './clock.js';
import {type Color, painter} from './colors.js';
import {abridge} from './display-width.js';
import {plainLines, plainText} from '../../plain-text.js';
import type {Screen} from '../screen/screen.js';
import {proofWord} from './proof-text.js';
import {type Cell, type TableData, renderTable, tableWidth} from './table.js';

interface Figure {
  /** Over a column. */
  readonly title: string;
  /** Before a row. */
  readonly label: string;
  readonly text: (figures: TaskFigures) => string;
  /** The lowest goes first when a terminal is too narrow for all. */
  readonly rank: number;
  /** Whether it is of interest for a task; for all when undefined. */
  readonly concerns?: (figures: TaskFigures) => boolean;
}

const FIGURES: readonly Figure[] = [
  {title: 'Size', label: 'Size', rank: 12, text: (figures) => formatBytes(figures.sourceBytes)},
  {
    title: 'Blocks',
    label: 'Differing blocks',
    rank: 6,
    text: (figures) => figures.differingBlocks?.toString() ?? NOTHING,
  },
  {title: 'Differing', label: 'Differing bytes', rank: 14, text: (figures) => formatBytes(figures.differingBytes)},
  {title: 'Patch', label: 'Patch size', rank: 7, text: (figures) => formatBytes(figures.patchBytes)},
  {title: 'Sent', label: 'Bytes sent', rank: 11, text: (figures) => formatBytes(figures.sentBytes)},
  {title: 'Received', label: 'Bytes received', rank: 10, text: (figures) => formatBytes(figures.receivedBytes)},
  {title: 'Generate', label: 'Time to generate', rank: 4, text: (figures) => formatTenths(figures.timesMs.generate)},
  {title: 'Transfer', label: 'Time to transfer', rank: 1, text: (figures) => formatTenths(figures.timesMs.transfer)},
  {title: 'Apply', label: 'Time to apply', rank: 2, text: (figures) => formatTenths(figures.timesMs.apply)},
  {
    title: 'Verify',
    label: 'Time to verify',
    rank: 3,
    text: ({timesMs}) => (timesMs.verify === undefined ? NOTHING : formatTenths(timesMs.verify)),
    concerns: ({timesMs}) => timesMs.verify !== undefined,
  },
  {title: 'Total', label: 'Total time', rank: 13, text: (figures) => formatTenths(figures.timesMs.total)},
  {
    title: 'Compared',
    label: 'Compared',
    rank: 5,
    text: ({sourceBytes, timesMs}) => rateText(sourceBytes, timesMs.generate),
  },
  {
    title: 'Line',
    label: 'Connection',
    rank: 0,
    text: (figures) => rateText(figures.sentBytes + figures.receivedBytes, figures.timesMs.total),
  },
  {
    title: 'Snapshot',
    label: 'Snapshot used',
    rank: 8,
    text: ({snapshotFill}) => (snapshotFill === undefined ? NOTHING : fillText(snapshotFill)),
    concerns: ({snapshotFill}) => snapshotFill !== undefined,
  },
  {
    title: 'Proof',
    label: 'Proof',
    rank: 9,
    text: ({proof}) => (proof === undefined ? NOTHING : proofWord(proof)),
    concerns: ({proof}) => proof?.kind === 'patch-stored',
  },
];

const STATE_COLORS: Readonly<Record<string, Color>> = {
  synced: 'green',
  verified: 'green',
  failed: 'red',
  cancelled: 'yellow',
};

const NOTHING = '-';
const MAX_NAME_COLUMNS = 24;

/**
 * The figures of all tasks in the first of these forms that fits the screen: a row per task; a column per task; a row
 * per task with the most important figures only. Tasks that were skipped, and what readers must know, follow as lines.
 */
export function formatReportTable(report: RunReport, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  const paint = painter(screen.hasColors);
  const shown = report.tasks.filter(({state}) => state !== 'skipped');
  let rendered = '';
  for (const layout of shown.length === 0 ? [] : layouts(shown)) {
    rendered = renderTable(layout, paint);
    if (tableWidth(rendered) <= screen.columns) break;
  }
  return [rendered, ...skippedLines(report.tasks), ...shown.flatMap(noteLines)].join('');
}

function* layouts(tasks: readonly TaskReport[]): Generator<TableData> {
  const measured = tasks.map(figuresOf).filter((figures) => figures !== undefined);
  const figures = FIGURES.filter(({concerns}) => concerns === undefined || measured.some(concerns));
  yield rowPerTask(tasks, measured.length === 0 ? [] : figures);
  yield columnPerTask(tasks, figures);
  for (let rank = 1; rank < FIGURES.length; rank += 1) {
    yield rowPerTask(
      tasks,
      figures.filter((figure) => figure.rank >= rank),
    );
  }
}

function rowPerTask(tasks: readonly TaskReport[], figures: readonly Figure[]): TableData {
  return {
    head: ['Task', 'State', ...figures.map(({title}) => title)],
    alignment: ['left', 'left', ...figures.map(() => 'right' as const)],
    rows: tasks.map((task) => [nameCell(task), stateCell(task), ...figures.map((figure) => figureCell(task, figure))]),
  };
}

function columnPerTask(tasks: readonly TaskReport[], figures: readonly Figure[]): TableData {
  return {
    head: ['Task', ...tasks.map((task) => nameCell(task).text)],
    alignment: ['left', ...tasks.map(() => 'right' as const)],
    rows: [
      [{text: 'State'}, ...tasks.map(stateCell)],
      ...figures.map((figure) => [{text: figure.label}, ...tasks.map((task) => figureCell(task, figure))]),
    ],
  };
}

export function nameCell(task: TaskReport): Cell {
  return {text: abridge(plainText(task.task), MAX_NAME_COLUMNS)};
}

export function stateCell(task: TaskReport): Cell {
  const text = task.state === 'failed' && task.failure.cancelled ? 'cancelled' : task.state;
  return {text, color: STATE_COLORS[text]};
}

function figureCell(task: TaskReport, figure: Figure): Cell {
  const figures = figuresOf(task);
  return {text: figures === undefined ? NOTHING : figure.text(figures)};
}

function figuresOf(task: TaskReport): TaskFigures | undefined {
  return task.state === 'synced' || task.state === 'planned' ? task.figures : undefined;
}

/** `9.7MiB of 12.0MiB`, and `(+2)` for a room that was extended twice. */
function fillText({usedBytes, roomBytes, extensions}: SnapshotFill): string {
  return `${formatBytes(usedBytes)} of ${formatBytes(roomBytes)}${extensions === 0 ? '' : ` (+${extensions})`}`;
}

function rateText(bytes: number, milliseconds: number): string {
  return milliseconds > 0 ? `${formatBytes(Math.round((bytes / milliseconds) * 1000))}/s` : NOTHING;
}

/** `skipped (disabled): old, older` */
export function skippedLines(tasks: readonly TaskReport[]): string[] {
  const names = new Map<string, string[]>();
  for (const task of tasks) {
    if (task.state !== 'skipped') continue;
    names.set(task.reason, [...(names.get(task.reason) ?? []), plainText(task.task)]);
  }
  return [...names].map(([reason, skipped]) => `skipped (${plainText(reason)}): ${skipped.join(', ')}\n`);
}

/** The notes of a plan stand with the plan. */
export function noteLines({task, state, notes}: TaskReport): string[] {
  if (state === 'planned') return [];
  return notes.map((note) => `${plainText(task)}: ${plainLines(note, '  ')}\n`);
}
