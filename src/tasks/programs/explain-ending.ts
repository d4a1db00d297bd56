import {meaningOfStatus, statusOfCode} from '../../bdsync/exit-status.js';
import type {ExpectedError} from '../../errors.js';
import type {Child, ChildEnd} from '../../hosts/host.js';
import {sizeRemedy} from '../ends/size-remedy.js';
import {TaskError, type TaskErrorCode} from '../task-error.js';

/** Which program ended, for the message: `bdsync --patch`, say, `on ssh backup@host`, about `/dev/vg/copy`. */
export interface ProgramRole {
  readonly code: Extract<TaskErrorCode, 'client-failed' | 'server-failed' | 'patcher-failed' | 'store-failed'>;
  readonly what: string;
  readonly hostName: string;
  readonly path: string;
}

interface Remedy {
  readonly pattern: RegExp;
  /** Only for this program's words; any, when left out. */
  readonly role?: ProgramRole['code'];
  readonly code: TaskErrorCode;
  readonly hint: string;
}

const NO_ROOM = /no space left|disk quota exceeded|file too large/i;

const REMEDIES: readonly Remedy[] = [
  {
    pattern: /no such file or directory|nonexistent|not a directory/i,
    role: 'store-failed',
    code: 'patch-dir',
    hint: 'create the folder that target_patch_dir names on that host',
  },
  {
    pattern: NO_ROOM,
    role: 'store-failed',
    code: 'disk-full',
    hint: 'make room there, or choose another folder with target_patch_dir or apply_patch_in_place = yes',
  },
  {
    pattern: NO_ROOM,
    code: 'disk-full',
    hint: 'make room on the file system of the target',
  },
  {
    // Of the original, which has resized by then where the size is zero, but takes that for a failure.
    pattern: /^Cannot resize \(posix_fallocate\)/,
    role: 'patcher-failed',
    code: 'size-mismatch',
    hint: 'make room on the file system of the target for all of the source; where the source is empty, the next run succeeds',
  },
  {
    pattern: /different sizes|cannot resize/i,
    code: 'size-mismatch',
    hint: sizeRemedy(),
  },
  {
    pattern: /permission denied|operation not permitted|read-only file system/i,
    code: 'permission',
    hint: 'the user on that host needs the right to read and write there',
  },
  {
    // The original's words for any write that fails, without the reason.
    pattern: /^Write error: pos=/,
    role: 'patcher-failed',
    code: 'patcher-failed',
    hint: 'most often the file system of the target is full (df tells), or its device fails (the log of the kernel tells)',
  },
  {
    pattern: /command not found|: not found|no such file or directory.*bdsync/i,
    code: 'no-bdsync',
    hint: 'install bdsync-manager or bdsync there, or name the program with remote_bdsync_bin',
  },
];

/** The one failure to tell of a program that did not end well: the way to it, if that broke, else its own words. */
export async function explainEnding(child: Child, role: ProgramRole): Promise<ExpectedError> {
  const trouble = await child.diagnose();
  if (trouble) return trouble;
  const errorLines = child.errorTail();
  const end = await child.ended;
  const message = `${role.what} on ${role.hostName} for ${role.path} ${describeEnd(end, role)}`;
  if (role.code === 'patcher-failed' && end.kind === 'exit' && end.status === statusOfCode('target-locked')) {
    return new TaskError('target-locked', message, {errorLines, hint: 'let that run end first'});
  }
  const remedy = REMEDIES.find(
    ({pattern, role: only}) => (only ?? role.code) === role.code && errorLines.some((line) => pattern.test(line)),
  );
  return new TaskError(remedy?.code ?? role.code, message, {errorLines, hint: remedy?.hint});
}

/** Waits for a program's own ending and throws unless it was a good one. */
export async function expectSuccess(child: Child, role: ProgramRole): Promise<void> {
  const end = await child.ended;
  if (end.kind !== 'exit' || end.status !== 0) throw await explainEnding(child, role);
}

function describeEnd(end: ChildEnd, role: ProgramRole): string {
  switch (end.kind) {
    case 'exit': {
      if (end.status === 0) return 'ended too early';
      const meaning = role.code === 'store-failed' ? undefined : meaningOfStatus(end.status);
      return `failed with status ${end.status}${meaning === undefined ? '' : ` (${meaning})`}`;
    }
    case 'signal':
      return `was ended by ${end.signal}`;
    case 'spawn-error':
      return `could not be started: ${end.error.message}`;
    case 'aborted':
      return 'was stopped';
    default:
      return end satisfies never;
  }
}
