import type {Host} from '../../hosts/host.js';
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
  'look folder "${1%/*}/." || tell; file patch "$1"; file journal "$1.journal"',
  'echo looked',
].join('; ');

/** What there is of an application on the target's host. */
export async function lookAtFiles(host: Host, patchPath: string, signal?: AbortSignal): Promise<ApplicationFiles> {
  const {stdout, stderr} = await host.run(['sh', '-c', LOOK_SCRIPT, 'sh', patchPath], {
    signal,
    timeoutMs: LOOK_TIMEOUT_MS,
    describe: `looking for ${patchPath}`,
  });
  const found = stdout.split('\n');
  if (!found.includes('looked')) {
    throw new TaskError('store-failed', `cannot look for ${patchPath} on ${host.name}: ${stderr.trim()}`);
  }
  const trouble = found.find((line) => line.startsWith(TROUBLE));
  return {
    trouble: trouble?.slice(TROUBLE.length),
    hasPatch: found.includes('patch'),
    hasJournal: found.includes('journal'),
  };
}

const TROUBLE = 'trouble ';
const LOOK_TIMEOUT_MS = 60_000;
