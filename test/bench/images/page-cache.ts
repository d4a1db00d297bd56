import {open, readFile} from 'node:fs/promises';
import {CHUNK_BYTES} from './image-pair.js';

/** Reads files through, so that they are in the page cache if it can hold them. */
export async function readThrough(paths: readonly string[], signal: AbortSignal): Promise<void> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (const path of paths) {
    await using file = await open(path, 'r');
    for (let bytesRead = -1, position = 0; bytesRead !== 0; position += bytesRead) {
      signal.throwIfAborted();
      ({bytesRead} = await file.read(buffer, 0, buffer.length, position));
    }
  }
}

/** What the page cache could hold if it had to. */
export async function readAvailableBytes(): Promise<number> {
  const kibibytes = /^MemAvailable: +(\d+) kB$/m.exec(await readFile('/proc/meminfo', 'utf8'))?.[1];
  return Number(kibibytes) * 1024;
}
