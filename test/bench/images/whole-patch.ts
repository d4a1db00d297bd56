import {open} from 'node:fs/promises';
import {encodeExtentHeader, encodePatchEnd, encodePatchHeader} from '#dist/bdsync/patch/patch-format.js';
import {BLOCK_BYTES, CHUNK_BYTES, type ImagePair} from './image-pair.js';

/** Writes the patch for a target in which every block differs: one extent for each, as a comparison finds them. */
export async function writeWholePatch(path: string, {source: sourcePath, target, sizeBytes}: ImagePair): Promise<void> {
  await using source = await open(sourcePath, 'r');
  await using patch = await open(path, 'w');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  await patch.appendFile(encodePatchHeader({sizeBytes, deviceName: Buffer.from(target)}));
  for (let position = 0; position < sizeBytes; position += chunk.length) {
    const {bytesRead} = await source.read(chunk, 0, chunk.length, position);
    await patch.appendFile(Buffer.concat(extents(chunk.subarray(0, bytesRead), position)));
  }
  await patch.appendFile(encodePatchEnd());
  await patch.datasync();
}

function extents(data: Buffer, position: number): Uint8Array[] {
  return Array.from({length: data.length / BLOCK_BYTES}, (_, index) => index * BLOCK_BYTES).flatMap((offset) => [
    encodeExtentHeader(position + offset, BLOCK_BYTES),
    data.subarray(offset, offset + BLOCK_BYTES),
  ]);
}
