import type {Host} from '../../hosts/host.js';
import {FOLDER_FUNCTION, isOtherFolder, parseFolderIdentity} from '../ends/folder-identity.js';
import type {ApplicationRecord, FileRecord, Leftover} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import {TaskError} from '../task-error.js';

/** Cleaning up goes on after an abort, but not for ever on a host that does not answer. */
const REMOVE_TIMEOUT_MS = 60_000;

/**
 * Removes a patch that nobody applies any more, and forgets it. Of an application it is noted first that it is over: one
 * that is noted without its files would be taken for a target between old and new.
 */
export async function removeSettledPatch(
  host: Host,
  record: FileRecord | ApplicationRecord,
  leftovers: Leftovers,
): Promise<void> {
  const file = record.kind === 'file' ? record : await noteAsFile(record, leftovers);
  await removePatch(host, file);
  await leftovers.drop(file);
}

async function noteAsFile(record: ApplicationRecord, leftovers: Leftovers): Promise<FileRecord> {
  const {connection, quoting, path, folder} = record;
  const file: FileRecord = {kind: 'file', connection, quoting, path, ...(folder && {folder})};
  await leftovers.replace<Leftover>(record, file);
  return file;
}

// Without its folder it may be on a file system that is not mounted, and where nothing has its name, the folder may be
// what a mount has hidden. That it is gone outlives a power cut where the folder can be synced alone: its note goes next,
// and nobody would know of what comes back.
const REMOVE_SCRIPT = [
  'folder=${1%/*}/; if [ ! -x "$folder." ]; then echo no-folder; exit 1; fi',
  FOLDER_FUNCTION,
  'if [ ! -e "$1" ] && [ ! -e "$1.journal.new" ]; then folder "$folder"; fi',
  'rm -f -- "$1.journal.new" "$1" || exit 1',
  'sync "$folder" 2>/dev/null || true',
].join('; ');

/**
 * Removes a patch that nobody applies, and first the beginning of a journal that a killed applier may have left beside
 * it: as long as there is one, there is the patch. That nothing is there is fine. Throws when anything may still be.
 */
export async function removePatch(
  host: Host,
  {path, folder}: Pick<FileRecord, 'path' | 'folder'>,
  signal?: AbortSignal,
): Promise<void> {
  const {status, stdout, stderr} = await host.run(['sh', '-c', REMOVE_SCRIPT, 'sh', path], {
    signal,
    timeoutMs: REMOVE_TIMEOUT_MS,
    describe: `removing ${path}`,
  });
  const lines = stdout.split('\n');
  const isOther = isOtherFolder(folder, parseFolderIdentity(lines));
  if (status === 0 && !isOther) return;
  const trouble = `cannot remove ${path} on ${host.name}`;
  if (!isOther && !lines.includes('no-folder')) throw new TaskError('store-failed', `${trouble}: ${stderr.trim()}`);
  const why = isOther ? OTHER_FOLDER : 'its folder is not there, or may not be looked into';
  throw new TaskError('patch-dir', `${trouble}: ${why}`, {hint: folderGoneHint(path)});
}

/** Of a folder in which nothing is found of what was stored. */
export const OTHER_FOLDER = 'another folder is at the place of the one that it was stored in';

/** For what is noted, and cannot be looked for. */
export function folderGoneHint(path: string): string {
  return (
    'mount its file system, or give the user on that host the right to look there; where the folder is gone for good, ' +
    `make an empty file ${path}, and the next run forgets what was there`
  );
}
