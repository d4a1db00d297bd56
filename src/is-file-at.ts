import {type FileHandle, stat} from 'node:fs/promises';

/** Whether an open file is still the one at this path: not removed, nor replaced by another one. */
export async function isFileAt(path: string, handle: FileHandle): Promise<boolean> {
  const [held, found] = await Promise.all([
    handle.stat({bigint: true}),
    stat(path, {bigint: true}).catch(() => undefined),
  ]);
  return found !== undefined && held.ino === found.ino && held.dev === found.dev;
}
