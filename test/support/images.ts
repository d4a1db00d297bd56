import {createHash} from 'node:crypto';
import {readFile, writeFile} from 'node:fs/promises';

/** `size` bytes that look random and are the same for one seed. */
export function noise(size: number, seed: number): Buffer {
  const bytes = Buffer.alloc(size);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let at = 0; at + 4 <= size; at += 4) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

/** A copy with `count` short edits spread over it. */
export function edited(image: Buffer, count: number, seed: number): Buffer {
  const copy = Buffer.from(image);
  const edits = noise(count * 8, seed);
  for (let edit = 0; edit < count; edit += 1) {
    const at = edits.readUInt32LE(edit * 8) % Math.max(1, copy.length - 4);
    copy.writeUInt32LE(edits.readUInt32LE(edit * 8 + 4), at);
  }
  return copy;
}

export async function writePair(source: string, target: string, bytes: number, edits: number): Promise<void> {
  const image = noise(bytes, bytes + 1);
  await writeFile(source, image);
  await writeFile(target, edited(image, edits, 7));
}

export async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
