import type {FileHandle} from 'node:fs/promises';
import {deviceError} from '../device/device-error.js';
import {BdsyncError} from '../errors.js';

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

/** A part of a file, in pieces that are the receiver's. Throws BdsyncError 'read' and 'cancelled'. */
export async function* readPieces(request: PiecesRequest): AsyncGenerator<Uint8Array, void> {
  const {path, handle, start, end = Number.POSITIVE_INFINITY, signal} = request;
  for (let position = start; position < end; ) {
    if (signal?.aborted) throw new BdsyncError('cancelled', 'cancelled', {cause: signal.reason});
    const buffer = Buffer.allocUnsafeSlow(Math.min(PIECE_BYTES, end - position));
    let bytesRead: number;
    try {
      ({bytesRead} = await handle.read(buffer, 0, buffer.length, position));
    } catch (error) {
      throw deviceError('read', `cannot read ${path} at position ${position}`, error);
    }
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    position += bytesRead;
  }
}
