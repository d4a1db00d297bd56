import type {FileHandle} from 'node:fs/promises';
import {throwIfCancelled} from '../cancellation.js';
import {deviceError} from '../device/device-error.js';
import {heardLater} from '../heard-later.js';

const PIECE_BYTES = 1024 * 1024;

export interface PiecesRequest {
  /** For messages. */
  readonly path: string;
  readonly handle: FileHandle;
  readonly start: number;
  /** Without it, all to the end of the file. */
  readonly end?: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * A part of a patch or journal, in pieces that are the receiver's; the next one is read meanwhile. Throws BdsyncError
 * 'patch-unreadable' and 'cancelled'.
 */
export async function* readPieces(request: PiecesRequest): AsyncGenerator<Uint8Array, void> {
  const {start, end = Number.POSITIVE_INFINITY, signal} = request;
  let next = readPiece(request, start, end);
  try {
    for (let position = start; ; ) {
      throwIfCancelled(signal);
      const piece = await next;
      if (piece.length === 0) return;
      position += piece.length;
      next = heardLater(readPiece(request, position, end));
      yield piece;
    }
  } finally {
    // Nothing is read from a file that may be closed now.
    await Promise.allSettled([next]);
  }
}

async function readPiece({path, handle}: PiecesRequest, position: number, end: number): Promise<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(Math.max(0, Math.min(PIECE_BYTES, end - position)));
  if (buffer.length === 0) return buffer;
  try {
    const {bytesRead} = await handle.read(buffer, 0, buffer.length, position);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    throw deviceError('patch-unreadable', `cannot read ${path} at position ${position}`, error);
  }
}
