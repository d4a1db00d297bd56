import {spawn} from 'node:child_process';
import type {FileHandle} from 'node:fs/promises';

/** A device that fails may keep everybody waiting who asks anything of it. */
const PATIENCE_MS = 30_000;

/**
 * Makes the page cache forget what it has of an open file or device. A write that failed on its way to the medium stays
 * there as if it had arrived: whoever reads it would find new content that is nowhere else. Where it cannot be done,
 * nothing is.
 *
 * Node has no posix_fadvise(2); `dd` of coreutils does that to its standard input.
 */
export async function dropCached(handle: FileHandle): Promise<void> {
  // What is still to be written cannot be forgotten. That this may fail again is known.
  await handle.datasync().catch(() => {});
  await new Promise<void>((resolve) => {
    const dd = spawn('dd', ['iflag=nocache', 'count=0'], {
      stdio: [handle.fd, 'ignore', 'ignore'],
      timeout: PATIENCE_MS,
    });
    dd.once('error', () => resolve());
    dd.once('close', () => resolve());
  });
}
