import type {Writable} from 'node:stream';

export function isOpen(stream: Writable): boolean {
  return !stream.destroyed && !stream.writableEnded;
}

/**
 * Waits until more may be written, or nothing any more. By events alone: a promise raced anew for every chunk would
 * keep one closure each until the program ends.
 */
export function drainOrClose(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
  });
}
