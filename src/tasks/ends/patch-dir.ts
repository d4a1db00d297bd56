import {FOLDER_FUNCTION, parseFolderIdentity} from './folder-identity.js';
import {parseRoom, ROOM_FUNCTION} from '../room/free-room.js';
import type {TaskContext} from '../task-context.js';
import {TaskError, type TaskErrorCode} from '../task-error.js';

/** Where anybody may rename what is somebody else's, a patch that is about to be applied can be put in the place of ours. */
const EXPOSED_SCRIPT = 'if [ -d "$1" ]; then find "$1/." -prune -perm -0002 ! -perm -1000 -exec echo exposed \\;; fi';
const LOOK_SCRIPT =
  `${ROOM_FUNCTION}; room "$1"; ${FOLDER_FUNCTION}; folder "$1"; ${EXPOSED_SCRIPT}; ` +
  'if [ -d "$1" ]; then if [ -w "$1" ] && [ -x "$1" ]; then echo fit; else echo forbidden; fi; ' +
  'elif [ -e "$1" ]; then echo no-folder; else echo missing; fi';

export interface CheckedPatchDir {
  /** Room, if there is a folder for patches and its file system tells. */
  readonly freeBytes: number | undefined;
  /** What the folder is known by, if that can be told. */
  readonly identity: string | undefined;
  readonly warning: {readonly message: string; readonly hint: string} | undefined;
}

/**
 * Makes sure that the patch can be stored, where the flow stores it.
 *
 * @throws TaskError 'patch-dir', 'permission'.
 */
export async function checkPatchDir({
  plan,
  host,
  signal,
}: Pick<TaskContext, 'plan' | 'host' | 'signal'>): Promise<CheckedPatchDir> {
  if (plan.flow.kind !== 'patch-file') return {freeBytes: undefined, identity: undefined, warning: undefined};
  const {patchDir} = plan.flow;
  const {stdout, stderr} = await host.run(['sh', '-c', LOOK_SCRIPT, 'sh', patchDir], {
    signal,
    describe: `looking at ${patchDir}`,
  });
  const found = stdout.split('\n');
  if (found.includes('fit')) {
    const room = found.map(parseRoom).find((line) => line !== undefined);
    const exposure = {
      message: `everybody on ${host.name} may put another patch in the place of one in ${patchDir}`,
      hint: 'take that right away: chmod o-w',
    };
    return {
      freeBytes: room?.kind === 'free' ? room.bytes : undefined,
      identity: parseFolderIdentity(found),
      warning: found.includes('exposed') ? exposure : undefined,
    };
  }
  const {code, trouble, hint} = FAULTS.find(({word}) => found.includes(word)) ?? UNKNOWN_FAULT;
  throw new TaskError(code, `the patch folder ${patchDir} on ${host.name} ${trouble}`, {
    hint,
    errorLines: stderr.split('\n').filter((line) => line !== ''),
  });
}

interface Fault {
  readonly code: TaskErrorCode;
  readonly trouble: string;
  readonly hint: string | undefined;
}

const FAULTS: readonly (Fault & {readonly word: string})[] = [
  {
    word: 'missing',
    code: 'patch-dir',
    trouble: 'does not exist',
    hint: 'create it on that host, or correct target_patch_dir',
  },
  {word: 'no-folder', code: 'patch-dir', trouble: 'is not a folder', hint: 'name a folder in target_patch_dir'},
  {
    word: 'forbidden',
    code: 'permission',
    trouble: 'may not be written',
    hint: 'the user on that host needs the right to write it, and its file system must not be read-only; target_patch_dir names it',
  },
];
const UNKNOWN_FAULT: Fault = {code: 'patch-dir', trouble: 'cannot be looked at', hint: undefined};
