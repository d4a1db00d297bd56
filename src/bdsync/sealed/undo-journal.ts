import {constants} from 'node:fs';
import {type FileHandle, lstat, open, rm} from 'node:fs/promises';
import {dirname} from 'node:path';
import {codeOf} from '../../errors.js';
import {deviceError} from '../device/device-error.js';
import {readPieces} from './read-pieces.js';
import {JournalDecoder, type JournalEvent} from './undo-journal-decoder.js';
import {foreignJournal, mayBeBegunJournal} from './whose-journal.js';

/** The names beside a patch. The first one means that the target may have been written to. */
export class JournalPaths {
  readonly whole: string;
  /** A journal that is not whole yet: nothing has been written to the target. */
  readonly fresh: string;

  constructor(patchPath: string) {
    this.whole = `${patchPath}.journal`;
    this.fresh = `${patchPath}.journal.new`;
  }

  async hasWhole(): Promise<boolean> {
    return await exists(this.whole);
  }

  /** @throws BdsyncError 'journal' where it is something else that has this name; 'write'. */
  async removeFresh(): Promise<void> {
    if ((await exists(this.fresh)) && !(await mayBeBegunJournal(this.fresh))) throw foreignJournal(this.fresh);
    await remove(this.fresh);
  }

  async removeWhole(): Promise<void> {
    await remove(this.whole);
    await this.syncFolder();
  }

  /** Of neither of them anything stays. */
  async removeBoth(): Promise<void> {
    await remove(this.fresh);
    await remove(this.whole);
  }

  /** A new name, or one that is gone, is so for sure when its folder is on the medium. */
  async syncFolder(): Promise<void> {
    try {
      await using folder = await open(dirname(this.whole), 'r');
      await folder.sync();
    } catch (error) {
      throw deviceError('write', `cannot bring the folder of ${this.whole} to its medium`, error);
    }
  }
}

/** Reads a whole journal, and checks it. Throws BdsyncError 'journal', 'patch-unreadable', 'cancelled', and what `onEvent` throws. */
export async function readJournal(
  path: string,
  onEvent: (event: JournalEvent) => Promise<void> | void,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const events of journalEvents(path, signal)) {
    for (const event of events) await onEvent(event);
  }
}

/** The same for whoever reads something else beside it. What is handed out stays as it is. */
export async function* journalEvents(
  path: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly JournalEvent[], void> {
  await using handle = await openJournal(path);
  const decoder = new JournalDecoder(path);
  for await (const piece of readPieces({path, handle, start: 0, signal})) yield decoder.push(piece);
  decoder.finish();
}

async function openJournal(path: string): Promise<FileHandle> {
  const handle = await openItself(path);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw foreignJournal(path);
}

async function openItself(path: string): Promise<FileHandle> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ELOOP') throw foreignJournal(path);
    throw deviceError('patch-unreadable', `cannot open the undo journal ${path}`, error);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw deviceError('patch-unreadable', `cannot look for ${path}`, error);
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, {force: true});
  } catch (error) {
    throw deviceError('write', `cannot remove ${path}`, error);
  }
}
