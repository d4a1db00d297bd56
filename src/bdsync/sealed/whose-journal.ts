import {constants} from 'node:fs';
import {open} from 'node:fs/promises';
import {codeOf} from '../../errors.js';
import {BdsyncError} from '../errors.js';
import {SHA256_BYTES} from '../patch/seal-format.js';
import {JOURNAL_MAGIC} from './undo-journal-format.js';

/** `foreign`: it does not begin as a journal does, so that it was not written by this program, or is damaged. */
export type WhoseJournal = 'of-this-patch' | 'of-another-patch' | 'foreign';

/**
 * Whose a file is that has the name of a patch's journal, by its first fields alone. One that cannot be read is taken for
 * that of the patch, as its name says.
 */
export async function whoseJournal(path: string, sealSha256: Uint8Array | undefined): Promise<WhoseJournal> {
  const start = await readStart(path);
  if (start === 'unreadable') return 'of-this-patch';
  if (start === 'no-file' || !start.toString('latin1').startsWith(JOURNAL_MAGIC)) return 'foreign';
  const found = start.subarray(JOURNAL_MAGIC.length);
  return sealSha256 && Buffer.from(sealSha256).equals(found) ? 'of-this-patch' : 'of-another-patch';
}

/**
 * Whether a file may be what a killed process has left of a journal: as far as it goes, it begins as one, or has the
 * zeros of what had not reached its medium when the power went.
 */
export async function mayBeBegunJournal(path: string): Promise<boolean> {
  const start = await readStart(path);
  if (start === 'unreadable' || start === 'no-file') return false;
  const magic = start.subarray(0, JOURNAL_MAGIC.length);
  return JOURNAL_MAGIC.startsWith(magic.toString('latin1')) || magic.every((byte) => byte === 0);
}

/** For a journal that belongs to another patch. */
export function otherJournal(path: string, patchPath: string): BdsyncError {
  const trouble = `the undo journal ${path} does not belong to the patch ${patchPath}`;
  return new BdsyncError('journal', trouble, {hint: 'nothing was touched'});
}

/** For what has the name of a journal, and is none. */
export function foreignJournal(path: string): BdsyncError {
  const trouble = `${path} does not begin as an undo journal: it was not written by this program, or is damaged`;
  return new BdsyncError('journal', trouble, {
    hint: 'nothing was touched; what belongs to somebody else is to be moved away',
  });
}

async function readStart(path: string): Promise<Buffer | 'no-file' | 'unreadable'> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return 'no-file';
    const {buffer, bytesRead} = await file.read(Buffer.alloc(START_BYTES), 0, START_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    return codeOf(error) === 'ELOOP' ? 'no-file' : 'unreadable';
  }
}

const START_BYTES = JOURNAL_MAGIC.length + SHA256_BYTES;
