import {constants} from 'node:fs';
import {open, rename} from 'node:fs/promises';
import {dirname} from 'node:path';
import {codeOf} from '../../errors.js';
import {syncFolder} from '../../state-folder.js';
import {JsonFields} from './json-fields.js';
import {readRecordFiles} from './read-history.js';
import {formatRecordLine} from './record-line.js';
import type {EndedRecord, RunRecord} from './run-record.js';

/** One file and the one before it are kept: of a task, at least this much is remembered, and at most twice as much. */
export const MAX_HISTORY_BYTES = 1_048_576;
/** The same for time. */
export const MAX_HISTORY_AGE_MS = 366 * 24 * 3_600_000;

/** Longer than a first line ever is. */
const FIRST_LINE_BYTES = 256;

const {O_CREAT, O_NOFOLLOW, O_RDONLY, O_TRUNC, O_WRONLY} = constants;

/** What a file begins with: since when it is written. */
export function firstLineOf(nowMs: number): string {
  return `${JSON.stringify({kind: 'opened', format: 1, openedAt: new Date(nowMs).toISOString()})}\n`;
}

/** Whether the next record belongs into a new file. */
export async function isDueForRotation(path: string, nowMs: number): Promise<boolean> {
  try {
    await using file = await open(path, O_RDONLY | O_NOFOLLOW);
    const {size} = await file.stat();
    if (size >= MAX_HISTORY_BYTES) return true;
    const {buffer, bytesRead} = await file.read(Buffer.alloc(FIRST_LINE_BYTES), 0, FIRST_LINE_BYTES, 0);
    const openedMs = openedAt(buffer.toString('utf8', 0, bytesRead).split('\n')[0] ?? '');
    return openedMs !== undefined && nowMs - openedMs >= MAX_HISTORY_AGE_MS;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Puts a file aside, in the place of the one before it, and begins a new one. The last success goes along, however long
 * ago that was: its age is what people ask for. Under the lock.
 */
export async function rotateHistory(path: string, nowMs: number): Promise<void> {
  const {records} = await readRecordFiles(path);
  const kept = lastSuccesses(records);
  const freshPath = `${path}.new`;
  {
    await using fresh = await open(freshPath, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    await fresh.writeFile(firstLineOf(nowMs) + kept.map(formatRecordLine).join(''));
    await fresh.sync();
  }
  // Between the two, there is one file less, and nothing is lost.
  await rename(path, `${path}.old`);
  await rename(freshPath, path);
  await syncFolder(dirname(path));
}

function lastSuccesses(records: readonly RunRecord[]): EndedRecord[] {
  const ended = records.filter((record) => record.kind === 'ended');
  const last = (['verified', 'synced'] as const).map((wanted) => ended.findLast(({outcome}) => outcome === wanted));
  return ended.filter((record) => last.includes(record));
}

function openedAt(line: string): number | undefined {
  try {
    const atMs = Date.parse(JsonFields.of(JSON.parse(line))?.text('openedAt') ?? '');
    return Number.isFinite(atMs) ? atMs : undefined;
  } catch {
    return undefined;
  }
}
