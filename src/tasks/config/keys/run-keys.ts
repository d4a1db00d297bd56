import {normalize} from 'node:path';
import {ageMs} from '../key-values.js';
import {type KeyContext, type KeyRules, flag, optional} from '../key-rule.js';
import {quoted} from '../quoted.js';
import {KeyFault} from '../key-fault.js';
import {localPath} from '../path-values.js';

export interface RunValues {
  readonly verify_after: boolean;
  readonly disabled: boolean;
  readonly state_dir: string;
  readonly warn_after: number | undefined;
  readonly crit_after: number | undefined;
  readonly metrics_file: string | undefined;
}

export const RUN_KEYS: KeyRules<RunValues> = {
  verify_after: flag({
    group: 'run',
    doc: 'compare source and target once more when all is written, by SHA-256; a difference fails the task',
  }),
  disabled: flag({
    group: 'run',
    doc: 'leave this task out',
  }),
  state_dir: {
    ...optional(parseStateDir, {
      group: 'run',
      placeholder: 'folder',
      doc: 'the folder on this machine for locks and for what must outlive a run',
    }),
    defaultText: '/var/lib/bdsync-manager for root, else ~/.local/state/bdsync-manager',
    whenUnset: unsetStateDir,
  },
  warn_after: optional(ageMs, {
    group: 'run',
    placeholder: 'time',
    doc: 'how old the last success may be before status warns, in seconds or with m, h or d behind it',
  }),
  crit_after: optional(ageMs, {
    group: 'run',
    placeholder: 'time',
    doc: 'how old the last success may be before status calls that critical',
  }),
  metrics_file: optional(parseMetricsFile, {
    group: 'run',
    placeholder: 'path',
    doc: 'the file on this machine with the figures of all tasks that name it, for Prometheus',
  }),
};

function parseStateDir(text: string, context: KeyContext): string {
  const path = localPath(text, context.homeFolderOf);
  if (path.startsWith('/')) return path;
  throw new KeyFault(
    `${quoted(text)} depends on the current folder, so that two runs would not find each other's locks`,
    {
      hint: "begin with '/' or '~/'",
    },
  );
}

function parseMetricsFile(text: string, context: KeyContext): string {
  const path = localPath(text, context.homeFolderOf);
  if (!path.startsWith('/')) {
    throw new KeyFault(`${quoted(text)} depends on the current folder`, {hint: "begin with '/' or '~/'"});
  }
  // A new file takes the place of what is there: /dev/null, or the link /dev/stdout.
  if (!AMONG_DEVICES.test(normalize(path))) return path;
  throw new KeyFault(`${quoted(text)} is among the devices`, {
    hint: 'name a file, whose folder is on a disk or in /run; leave the value empty for none',
  });
}

/** But for /dev/shm, which is for files. */
const AMONG_DEVICES = /^\/dev\/(?!shm\/)/;

function unsetStateDir(context: KeyContext): string {
  const stateDir = context.defaultStateDir();
  if (stateDir !== undefined) return stateDir;
  throw new KeyFault('must be set for a user without a home folder', {code: 'config-missing-key'});
}
