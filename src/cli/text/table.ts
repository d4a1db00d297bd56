import {stripVTControlCharacters} from 'node:util';
import Table from 'cli-table3';
import type {Color, Paint} from './colors.js';
import {displayWidth} from './display-width.js';

export interface Cell {
  readonly text: string;
  readonly color?: Color | undefined;
}

export interface TableData {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Per column; left where it is missing. */
  readonly alignment: readonly ('left' | 'right')[];
}

/** Columns two blanks apart under a head with a rule: narrow, and easily cut by other programs. */
const FRAME = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** Lines that end in a newline, without blanks at their ends. */
export function renderTable(data: TableData, paint: Paint): string {
  const rule = data.head.map((_title, column) => '─'.repeat(columnWidth(data, column)));
  const table = new Table({
    chars: FRAME,
    colAligns: data.head.map((_title, column) => data.alignment[column] ?? 'left'),
    style: {'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true},
  });
  table.push(data.head.map((title) => paint('bold', title)));
  table.push(rule.map((line) => paint('dim', line)));
  for (const row of data.rows) table.push(row.map(({text, color}) => (color ? paint(color, text) : text)));
  return `${table.toString().replace(/[ \t]+$/gm, '')}\n`;
}

export function tableWidth(rendered: string): number {
  return Math.max(...stripVTControlCharacters(rendered).split('\n').map(displayWidth));
}

function columnWidth({head, rows}: TableData, column: number): number {
  return Math.max(displayWidth(head[column] ?? ''), ...rows.map((row) => displayWidth(row[column]?.text ?? '')));
}
