import {createReadStream} from 'node:fs';
import {type FileHandle, open} from 'node:fs/promises';
import {PatchDecoder, type PatchEvent} from '#dist/bdsync/patch/patch-decoder.js';
import {BenchError} from '../bench-error.js';
import {BLOCK_BYTES, type ImagePair} from './image-pair.js';

/**
 * Checks that a patch turns the target into the source: it has the source's data, for each block that differs, and for
 * no other.
 *
 * @throws BenchError 'wrong-result', BdsyncError 'invalid-patch'.
 */
export async function requirePatch(path: string, pair: ImagePair): Promise<void> {
  await using source = await open(pair.source, 'r');
  const missing = new Map([...pair.differing].map((block) => [block, blockLength(block, pair)]));
  const decoder = new PatchDecoder();
  const chunks: AsyncIterable<Buffer> = createReadStream(path);
  for await (const chunk of chunks) {
    for (const event of decoder.push(chunk)) await requireEvent(event, pair, source, missing);
  }
  decoder.finish();
  for (const [block, bytes] of missing) {
    if (bytes > 0) throw wrong(`leaves out ${bytes} bytes of block ${block}`);
    if (bytes < 0) throw wrong(`brings ${-bytes} bytes of block ${block} that it need not`);
  }
}

/** Takes what an extent brings off `missing`: bytes by number of the block. */
async function requireEvent(
  event: PatchEvent,
  {sizeBytes}: ImagePair,
  source: FileHandle,
  missing: Map<number, number>,
): Promise<void> {
  if (event.kind === 'header' && event.header.sizeBytes !== sizeBytes) {
    throw wrong(`is for ${event.header.sizeBytes} bytes, not ${sizeBytes}`);
  }
  if (event.kind !== 'extent') return;
  const {position, data} = event;
  const expected = Buffer.alloc(data.length);
  await source.read(expected, 0, expected.length, position);
  if (!expected.equals(data)) throw wrong(`has other data than the source at ${position}`);
  for (let at = position; at < position + data.length; ) {
    const block = Math.floor(at / BLOCK_BYTES);
    const end = Math.min(position + data.length, (block + 1) * BLOCK_BYTES);
    missing.set(block, (missing.get(block) ?? 0) - (end - at));
    at = end;
  }
}

function blockLength(block: number, {sizeBytes}: ImagePair): number {
  return Math.min(BLOCK_BYTES, sizeBytes - block * BLOCK_BYTES);
}

function wrong(trouble: string): BenchError {
  return new BenchError('wrong-result', `the patch ${trouble}`);
}
