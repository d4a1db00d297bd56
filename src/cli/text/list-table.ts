import {type Color, painter} from './colors.js';
import {abridge, displayWidth} from './display-width.js';
import {plainText} from '../../plain-text.js';
import type {Screen} from '../screen/screen.js';
import {type Cell, type TableData, renderTable, tableWidth} from './table.js';
import type {ListedTask, TaskList} from './task-list.js';

const COLORS: Readonly<Record<ListedTask['state'], Color>> = {enabled: 'green', disabled: 'yellow', invalid: 'red'};

/** The narrowest that cells may be cut to. */
const MIN_CELL_COLUMNS = 8;

/** A row per task; long cells are cut on a terminal that is too narrow for them, never for a file or a pipe. */
export function formatListTable(list: TaskList, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  if (list.tasks.length === 0) return `${plainText(list.configFile)}: no tasks\n`;
  const paint = painter(screen.hasColors);
  let maxCellColumns = longestCell(list);
  let rendered = renderTable(tableOf(list, maxCellColumns), paint);
  while (tableWidth(rendered) > screen.columns && maxCellColumns > MIN_CELL_COLUMNS) {
    maxCellColumns -= 1;
    rendered = renderTable(tableOf(list, maxCellColumns), paint);
  }
  return rendered + list.tasks.flatMap(errorLines).join('');
}

function tableOf({tasks}: TaskList, maxCellColumns: number): TableData {
  return {
    head: ['Task', 'State', 'Source', 'Target', 'Over', 'Changes'],
    alignment: [],
    rows: tasks.map((task) =>
      cellsOf(task).map(({text, color}) => ({text: abridge(plainText(text), maxCellColumns), color})),
    ),
  };
}

function longestCell({tasks}: TaskList): number {
  return Math.max(...tasks.flatMap(cellsOf).map(({text}) => displayWidth(plainText(text))));
}

function cellsOf({task, state, source, target, connection, flow}: ListedTask): Cell[] {
  return [
    {text: task},
    {text: state, color: COLORS[state]},
    {text: source ?? '-'},
    {text: target ?? '-'},
    {text: connection ?? '-'},
    {text: flow ?? '-'},
  ];
}

function errorLines({errors}: ListedTask): string[] {
  return errors.map((message) => `${plainText(message)}\n`);
}
