import type {Screen} from '../screen/screen.js';
import {painter} from './colors.js';
import {abridge, displayWidth} from './display-width.js';
import {type Cell, renderTable, type TableData, tableWidth} from './table.js';
import {plainText} from '../../plain-text.js';

/** The narrowest that cells may be cut to. */
const MIN_CELL_COLUMNS = 8;
/** A date with its time: below that, a column less is better than all of them cut. */
const READABLE_CELL_COLUMNS = 19;

export interface FittedTableData extends TableData {
  /** Columns that a narrow screen can do without, by their heads; the first one goes first. */
  readonly expendable?: readonly string[];
  /** Columns that say nothing when they are cut. */
  readonly uncut?: readonly string[];
}

/**
 * A table of which long cells are cut on a terminal that is too narrow for them, never for a file or a pipe. Where that
 * does not do, columns are left out, and where none can be, each row becomes a few lines.
 */
export function renderFittedTable(data: FittedTableData, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  const paint = painter(screen.hasColors);
  const {expendable = [], uncut = []} = data;
  const widest = Math.max(0, ...data.rows.flat().map(({text}) => displayWidth(plainText(text))));
  for (let leftOut = 0; leftOut <= expendable.length; leftOut += 1) {
    const kept = without(data, expendable.slice(0, leftOut));
    const narrowest = leftOut < expendable.length ? READABLE_CELL_COLUMNS : MIN_CELL_COLUMNS;
    for (let maxCellColumns = widest; maxCellColumns >= Math.min(narrowest, widest); maxCellColumns -= 1) {
      const rendered = renderTable(withCellsUpTo(maxCellColumns, kept, uncut), paint);
      if (tableWidth(rendered) <= screen.columns) return rendered;
    }
  }
  return renderBlocks(data, screen);
}

function without({head, rows, alignment}: TableData, titles: readonly string[]): TableData {
  const kept = head.flatMap((title, column) => (titles.includes(title) ? [] : [column]));
  return {
    head: kept.map((column) => head[column] ?? ''),
    rows: rows.map((row) => kept.map((column) => row[column] ?? {text: ''})),
    alignment: kept.map((column) => alignment[column] ?? 'left'),
  };
}

/** `State  failed` and so on for each row, what is empty left out, and a blank line between two rows. */
function renderBlocks({head, rows}: TableData, {columns, hasColors}: Pick<Screen, 'columns' | 'hasColors'>): string {
  const paint = painter(hasColors);
  const titleColumns = Math.max(...head.map(displayWidth));
  const lineOf = ({text, color}: Cell, index: number): string[] => {
    if (text === '') return [];
    const value = abridge(plainText(text), Math.max(columns - titleColumns - 2, MIN_CELL_COLUMNS));
    return [`${paint('bold', (head[index] ?? '').padEnd(titleColumns))}  ${color ? paint(color, value) : value}\n`];
  };
  return rows.map((row) => row.flatMap(lineOf).join('')).join('\n');
}

function withCellsUpTo(maxCellColumns: number, data: TableData, uncut: readonly string[]): TableData {
  const rows = data.rows.map((row) =>
    row.map(({text, color}, column) => {
      const isWhole = uncut.includes(data.head[column] ?? '');
      return {text: isWhole ? plainText(text) : abridge(plainText(text), maxCellColumns), color};
    }),
  );
  return {...data, rows};
}
