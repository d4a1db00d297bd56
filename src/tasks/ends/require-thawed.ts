import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {release} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import {identifyPath} from '../../device-identity.js';
import {mountPointsOf} from '../../mount-points.js';
import {TaskError} from '../task-error.js';

/** A file system that is only slow answers by then. */
const PATIENCE_MS = 5000;
/** Linux: a file without a name, which nobody sees and which vanishes when it is closed. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;
/** From here on, what a user has frozen can be frozen once more by the kernel. */
const NESTING_KERNEL = [6, 8] as const;

/**
 * To be called right before a snapshot of a volume is taken: makes sure that nobody has frozen the file system on it.
 * LVM freezes it itself; on kernels that cannot freeze it twice, lvcreate fails half-way and leaves the volume suspended
 * with tables that only a person can put right.
 *
 * @throws TaskError 'snapshot-hook'.
 */
export async function requireThawed(
  sourcePath: string,
  {kernel = release(), patienceMs = PATIENCE_MS}: {readonly kernel?: string; readonly patienceMs?: number} = {},
): Promise<void> {
  if (canFreezeTwice(kernel)) return;
  const source = await identifyPath(sourcePath);
  if (source?.kind !== 'block') return;
  const [place] = await mountPointsOf(source);
  if (place === undefined || (await canBeWritten(place, patienceMs))) return;
  throw new TaskError(
    'snapshot-hook',
    `no snapshot of ${sourcePath} can be taken: its own file system is frozen (${place}), which LVM freezes itself, and ` +
      'this kernel cannot do that twice',
    {hint: `take ${place} out of before_snapshot and after_snapshot: LVM sees to it that the snapshot is clean`},
  );
}

function canFreezeTwice(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  return major > NESTING_KERNEL[0] || (major === NESTING_KERNEL[0] && minor >= NESTING_KERNEL[1]);
}

/** Whoever writes to a frozen file system waits; an error is an answer, too. */
async function canBeWritten(folder: string, patienceMs: number): Promise<boolean> {
  const over = new AbortController();
  const answer = open(folder, O_TMPFILE | constants.O_WRONLY, 0o600).then(
    async (handle) => {
      await handle.close();
      return true;
    },
    () => true,
  );
  const tooLate = sleep(patienceMs, false, {signal: over.signal}).catch(() => false);
  const isWritable = await Promise.race([answer, tooLate]);
  over.abort();
  return isWritable;
}
