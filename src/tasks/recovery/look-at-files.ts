import type {Host} from '../../hosts/host.js';
import {TaskError} from '../task-error.js';

export interface ApplicationFiles {
  /** Without it nothing is known of the files: its file system may not be mounted. */
  readonly hasFolder: boolean;
  readonly hasPatch: boolean;
  /** Whole: the target may be between old and new. */
  readonly hasJournal: boolean;
}

const LOOK_SCRIPT = [
  'if [ -x "${1%/*}/" ]; then echo folder; fi',
  'if [ -e "$1" ]; then echo patch; fi',
  'if [ -e "$1.journal" ]; then echo journal; fi',
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
  return {
    hasFolder: found.includes('folder'),
    hasPatch: found.includes('patch'),
    hasJournal: found.includes('journal'),
  };
}

const LOOK_TIMEOUT_MS = 60_000;
