import type {LoggedOutcome} from '../../tasks/log/log-report.js';
import type {Cell} from './table.js';

const CELLS: Readonly<Record<LoggedOutcome, Cell>> = {
  synced: {text: 'synced', color: 'green'},
  verified: {text: 'verified', color: 'green'},
  recovered: {text: 'recovered', color: 'green'},
  'under-way': {text: 'under way', color: 'dim'},
  failed: {text: 'failed', color: 'red'},
  'did-not-end': {text: 'did not end', color: 'red'},
  cancelled: {text: 'cancelled', color: 'yellow'},
  skipped: {text: 'skipped', color: 'yellow'},
  unknown: {text: 'unknown', color: 'red'},
};

/** How a run ended, as tables have it. */
export function outcomeCell(outcome: LoggedOutcome): Cell {
  return CELLS[outcome];
}
