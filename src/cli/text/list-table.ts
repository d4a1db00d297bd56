import {unfinishedText} from '../../tasks/recovery/unfinished-work.js';
import type {Color} from './colors.js';
import {renderFittedTable} from './fitted-table.js';
import {plainText} from '../../plain-text.js';
import type {Screen} from '../screen/screen.js';
import type {Cell} from './table.js';
import type {ListedTask, TaskList} from './task-list.js';

const COLORS: Readonly<Record<ListedTask['state'], Color>> = {
  enabled: 'green',
  disabled: 'yellow',
  invalid: 'red',
  unusable: 'red',
};

/** A row per task, and below what is wrong with tasks and what they left incomplete; long cells are cut on a terminal that is too narrow for them, never for a file or a pipe. */
export function formatListTable(list: TaskList, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  if (list.tasks.length === 0) return `${plainText(list.configFile)}: no tasks\n`;
  const head = ['Task', 'State', 'Source', 'Target', 'Over', 'Changes'];
  const table = renderFittedTable({head, alignment: [], rows: list.tasks.map(cellsOf)}, screen);
  return [table, ...list.tasks.flatMap(errorLines), ...list.tasks.flatMap(unfinishedLines)].join('');
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

function unfinishedLines({task, unfinished}: ListedTask): string[] {
  return unfinished.map((work) => `${plainText(`${task}: ${unfinishedText(work)}`)}\n`);
}
