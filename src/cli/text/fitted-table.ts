import type {Screen} from '../screen/screen.js';
import {painter} from './colors.js';
import {abridge, displayWidth} from './display-width.js';
import {renderTable, type TableData, tableWidth} from './table.js';
import {plainText} from '../../plain-text.js';

/** The narrowest that cells may be cut to. */
const MIN_CELL_COLUMNS = 8;

/** A table of which long cells are cut on a terminal that is too narrow for them, never for a file or a pipe. */
export function renderFittedTable(data: TableData, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  const paint = painter(screen.hasColors);
  let maxCellColumns = Math.max(0, ...data.rows.flat().map(({text}) => displayWidth(plainText(text))));
  let rendered = renderTable(withCellsUpTo(maxCellColumns, data), paint);
  while (tableWidth(rendered) > screen.columns && maxCellColumns > MIN_CELL_COLUMNS) {
    maxCellColumns -= 1;
    rendered = renderTable(withCellsUpTo(maxCellColumns, data), paint);
  }
  return rendered;
}

function withCellsUpTo(maxCellColumns: number, data: TableData): TableData {
  const rows = data.rows.map((row) =>
    row.map(({text, color}) => ({text: abridge(plainText(text), maxCellColumns), color})),
  );
  return {...data, rows};
}
