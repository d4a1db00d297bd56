import type {Host} from '../../hosts/host.js';
import {FOLDER_FUNCTION, isOtherFolder, parseFolderIdentity} from '../ends/folder-identity.js';
import {OTHER_FOLDER} from '../programs/remove-patch.js';
import type {FileRecord} from '../state/leftover.js';
import {TaskError} from '../task-error.js';

export interface ApplicationFiles {
  /** Why nothing is known of the files, if so: their file system may not be mounted, or have lost its server or disk. */
  readonly trouble: string | undefined;
  readonly hasPatch: boolean;
  /** Whole: the target may be between old and new. */
  readonly hasJournal: boolean;
}

// That a file is not there is one message of the system's; any other says that nobody can tell. Behind the folder a dot
// asks for the right to look into it.
const LOOK_SCRIPT = [
  'LC_ALL=C; export LC_ALL',
  'look() { said=$(ls -d -- "$2" 2>&1 >/dev/null) && echo "$1"; }',
  'tell() { echo "trouble ${said#ls: }"; }',
  'file() { look "$1" "$2" || case $said in *": No such file or directory") ;; *) tell;; esac; }',
  FOLDER_FUNCTION,
  'folder "${1%/*}"; look there "${1%/*}/." || tell; file patch "$1"; file journal "$1.journal"',
  'echo looked',
].join('; ');

/** What there is of an application on the target's host. Where nothing is, in another folder than its own, is trouble. */
export async function lookAtFiles(
  host: Host,
  {path: patchPath, folder}: Pick<FileRecord, 'path' | 'folder'>,
  signal?: AbortSignal,
): Promise<ApplicationFiles> {
  const {stdout, stderr} = await host.run(['sh', '-c', LOOK_SCRIPT, 'sh', patchPath], {
    signal,
    timeoutMs: LOOK_TIMEOUT_MS,
    describe: `looking for ${patchPath}`,
  });
  const found = stdout.split('\n');
  if (!found.includes('looked')) {
    throw new TaskError('store-failed', `cannot look for ${patchPath} on ${host.name}: ${stderr.trim()}`);
  }
  const trouble = found.find((line) => line.startsWith(TROUBLE))?.slice(TROUBLE.length);
  const [hasPatch, hasJournal] = [found.includes('patch'), found.includes('journal')];
  const isElsewhere = !hasPatch && !hasJournal && isOtherFolder(folder, parseFolderIdentity(found));
  return {trouble: trouble ?? (isElsewhere ? OTHER_FOLDER : undefined), hasPatch, hasJournal};
}

const TROUBLE = 'trouble ';
const LOOK_TIMEOUT_MS = 60_000;
