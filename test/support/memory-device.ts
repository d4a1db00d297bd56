import {BdsyncError} from '#dist/bdsync/errors.js';
import type {Device} from '#dist/bdsync/device/device.js';

/** A device of zeros with a few words in it, for sizes that a disk would take long to read. It cannot be written. */
export function memoryDevice(sizeBytes: number, words: ReadonlyMap<number, string>): Device {
  return {
    path: 'memory',
    kind: 'file',
    sizeBytes,
    read: async (buffer, position) => {
      buffer.fill(0);
      for (const [start, word] of words) {
        const bytes = Buffer.from(word);
        for (const [index, byte] of bytes.entries()) {
          const offset = start + index - position;
          if (offset >= 0 && offset < buffer.length) buffer[offset] = byte;
        }
      }
    },
    write: refuse,
    sync: refuse,
    resize: refuse,
    close: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

function refuse(): Promise<never> {
  return Promise.reject(new BdsyncError('write', 'a memory device cannot be written'));
}
