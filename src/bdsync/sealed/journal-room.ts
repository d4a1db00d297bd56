import {statfs} from 'node:fs/promises';
import {dirname} from 'node:path';
import {formatBytes} from '../../units.js';
import {BdsyncError} from '../errors.js';
import type {TargetSizes} from './target-state.js';

/**
 * How much old content the journal will have at the least, when so much is written: nothing had been past the end of a
 * target that becomes longer. What is cut off from one comes on top of it.
 */
export function leastJournalBytes(contentBytes: number, {before, after}: TargetSizes): number {
  return Math.max(0, contentBytes - Math.max(0, after - before));
}

/**
 * Makes sure, before the journal is begun, that its file system is not too small for it for certain. One that does not
 * tell, or counts otherwise than it tells, shows that when the journal is written.
 *
 * @throws BdsyncError 'write'
 */
export async function requireJournalRoom(journalPath: string, neededBytes: number): Promise<void> {
  const freeBytes = await freeRoom(dirname(journalPath));
  if (freeBytes === undefined || freeBytes >= neededBytes) return;
  const trouble = `cannot write the undo journal ${journalPath}: no space left for it`;
  const room = `it needs at least ${formatBytes(neededBytes)}, there are ${formatBytes(freeBytes)}`;
  throw new BdsyncError('write', `${trouble}: ${room}`, {hint: 'nothing was written to the target'});
}

async function freeRoom(folder: string): Promise<number | undefined> {
  try {
    const {blocks, bfree, bavail, bsize} = await statfs(folder, {bigint: true});
    // Some file systems have no figures. What is set aside for root is there for root.
    if (blocks === 0n) return undefined;
    return Number((process.geteuid?.() === 0 ? bfree : bavail) * bsize);
  } catch {
    return undefined;
  }
}
