import {createHash} from 'node:crypto';

/** Whose a snapshot is. What is undefined is not part of the tags, or was too long to be read back. */
export interface SnapshotOwner {
  readonly task?: string | undefined;
  /** Tells tasks of the same name apart: of which configuration, or of which state folder. */
  readonly taskId?: string | undefined;
  /** One run of the task, never to be used again. */
  readonly runId?: string | undefined;
}

const TOOL_TAG = 'bdsync-manager';
const KEYS = {task: 'task', taskId: 'id', runId: 'run'} as const;

/** LVM would take 1024, but a group's metadata area is small and holds its whole history. */
const MAX_TAG_LENGTH = 128;

/**
 * The tags of a snapshot, `bdsync-manager`, `bdsync-manager.task=home`, …; with less given, those that a search needs.
 * A text beyond LVM's alphabet or length is encoded; equal texts make equal tags.
 */
export function snapshotTags(owner: SnapshotOwner): string[] {
  const tags = [TOOL_TAG];
  for (const name of ['task', 'taskId', 'runId'] as const) {
    const text = owner[name];
    if (text !== undefined) tags.push(ownerTag(KEYS[name], text));
  }
  return tags;
}

/**
 * The tag of a volume that was created as the target of a task. It is none of a snapshot's: what cleans up snapshots must
 * not take it for one.
 */
export function targetVolumeTag(task: string): string {
  return ownerTag('target', task);
}

/** Whose a volume with these tags is; undefined when it is none of ours. */
export function snapshotOwner(tags: readonly string[]): SnapshotOwner | undefined {
  if (!tags.includes(TOOL_TAG)) return undefined;
  const textOf = (key: string) => {
    const prefix = `${TOOL_TAG}.${key}=`;
    const tag = tags.find((tag) => tag.startsWith(prefix));
    return tag === undefined ? undefined : decodeTagText(tag.slice(prefix.length));
  };
  return {task: textOf(KEYS.task), taskId: textOf(KEYS.taskId), runId: textOf(KEYS.runId)};
}

function ownerTag(key: string, text: string): string {
  const tag = `${TOOL_TAG}.${key}=${encodeTagText(text)}`;
  if (tag.length <= MAX_TAG_LENGTH) return tag;
  // `#` marks a digest: the encoding never makes one.
  return `${TOOL_TAG}.${key}=#${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}

/** LVM takes letters, digits and `_+.-/=!:&#`. Each byte of UTF-8 but the plainest becomes `:` and two digits. */
function encodeTagText(text: string): string {
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return bytes.replace(/[^A-Za-z0-9_+.-]/g, (byte) => `:${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function decodeTagText(encoded: string): string | undefined {
  if (!/^([A-Za-z0-9_+.-]|:[0-9a-f]{2})*$/.test(encoded)) return undefined;
  const bytes = encoded.replace(/:(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
