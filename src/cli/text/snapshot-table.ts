import type {ReportedSnapshot, SnapshotReport, SnapshotState} from '../../tasks/snapshots/snapshot-report.js';
import {formatAge, formatBytes} from '../../units.js';
import type {Color} from './colors.js';
import {renderFittedTable} from './fitted-table.js';
import {plainText} from '../../plain-text.js';
import type {Screen} from '../screen/screen.js';
import type {Cell} from './table.js';

const STATES: Readonly<Record<SnapshotState, {readonly text: string; readonly color: Color}>> = {
  'in-use': {text: 'in use', color: 'green'},
  'left-over': {text: 'left over', color: 'yellow'},
  removed: {text: 'removed', color: 'green'},
  'other-configuration': {text: 'of another configuration', color: 'dim'},
  doubtful: {text: 'doubtful', color: 'red'},
};

/** A row per snapshot; below them why each is what it is, and what can be done. */
export function formatSnapshots(report: SnapshotReport, screen: Pick<Screen, 'columns' | 'hasColors'>): string {
  const {snapshots, missingProgram} = report;
  if (missingProgram !== undefined) {
    return `no snapshots: there is no LVM on this machine (${plainText(missingProgram)})\n`;
  }
  if (snapshots.length === 0) return 'no snapshots of bdsync-manager\n';
  const head = ['Task', 'Snapshot', 'Origin', 'Kind', 'Age', 'Full', 'State'];
  const alignment = ['left', 'left', 'left', 'left', 'right', 'right', 'left'] as const;
  const table = renderFittedTable({head, alignment, rows: snapshots.map(cellsOf)}, screen);
  return [table, ...snapshots.map(reasonLines), leftOverLine(report)].join('');
}

function cellsOf({task, volume, origin, kind, ageSeconds, usedPercent, roomBytes, state}: ReportedSnapshot): Cell[] {
  const isFull = usedPercent !== undefined && roomBytes !== undefined;
  return [
    {text: task ?? NOTHING},
    {text: volume},
    {text: origin ?? NOTHING},
    {text: kind ?? NOTHING},
    {text: ageSeconds === undefined ? NOTHING : formatAge(ageSeconds)},
    {text: isFull ? `${usedPercent.toFixed(1)}% of ${formatBytes(roomBytes)}` : NOTHING},
    STATES[state],
  ];
}

const NOTHING = '-';

function reasonLines({volume, state, reason, hint}: ReportedSnapshot): string {
  if (reason === undefined) return '';
  const line = `${plainText(volume)} is ${STATES[state].text}: ${plainText(reason)}\n`;
  return hint === undefined ? line : `${line}  hint: ${plainText(hint)}\n`;
}

function leftOverLine({clean, snapshots}: SnapshotReport): string {
  if (clean || snapshots.every(({state}) => state !== 'left-over')) return '';
  return "what is left over is removed by the next run of its task, or by 'bdsync-manager snapshots --clean'\n";
}
