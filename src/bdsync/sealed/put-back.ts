import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import type {ExtentWriter} from '../patch/extent-writer.js';
import type {Extent} from './sealed-patch.js';

/** Holes are so large at least. */
const PIECE_BYTES = 4096;

/**
 * Writes old content where there is other content now. What is as it was is left alone: zeros that are written into a
 * hole take room, and it may be for want of room that all is undone.
 */
export async function putBack(device: Device, {position, data}: Extent, writer: ExtentWriter): Promise<void> {
  const found = await readIfPossible(device, position, data.length);
  for (let start = 0; start < data.length; ) {
    const end = Math.min(start + PIECE_BYTES - ((position + start) % PIECE_BYTES), data.length);
    const piece = data.subarray(start, end);
    if (!found?.subarray(start, end).equals(piece)) await writer.add(position + start, piece);
    start = end;
  }
}

/** What cannot be read may well be written. */
async function readIfPossible(device: Device, position: number, length: number): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafeSlow(length);
  try {
    await device.read(buffer, position);
    return buffer;
  } catch (error) {
    if (error instanceof BdsyncError && error.code === 'read') return undefined;
    throw error;
  }
}
