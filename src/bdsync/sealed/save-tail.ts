import {throwIfCancelled} from '../cancellation.js';
import type {Device} from '../device/device.js';
import type {TargetSizes} from './target-state.js';
import type {JournalWriter} from './journal-writer.js';

const PIECE_BYTES = 65_536;

/** Saves what will be cut off, but for zeros: a file that is made longer again has these by itself. */
export async function saveTail(
  device: Device,
  {after}: TargetSizes,
  journal: JournalWriter,
  signal: AbortSignal | undefined,
): Promise<void> {
  const buffer = Buffer.alloc(PIECE_BYTES);
  const zeros = Buffer.alloc(PIECE_BYTES);
  for (let position = after; position < device.sizeBytes; position += PIECE_BYTES) {
    throwIfCancelled(signal);
    const piece = buffer.subarray(0, Math.min(PIECE_BYTES, device.sizeBytes - position));
    await device.read(piece, position);
    if (!piece.equals(zeros.subarray(0, piece.length))) await journal.add(position, piece);
  }
}
