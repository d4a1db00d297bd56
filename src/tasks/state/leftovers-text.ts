import {INCOMPLETE_CAUSES, type Leftover, type UnknownRecord, type VolumeRecord} from './leftover.js';
import type {TaskOwner} from './task-id.js';

/** Records as one file has them, with whose they are: the name of the file tells only who knows that already. */
export function formatLeftovers(records: readonly Leftover[], owner?: TaskOwner): string {
  const contents = records.map((record) => (record.kind === 'unknown' ? record.content : record));
  return `${JSON.stringify({...owner, records: contents})}\n`;
}

/** Undefined where the file does not tell: an earlier version did not write it. */
export function parseOwner(text: string): TaskOwner | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null || !('task' in content) || !('origin' in content))
    return undefined;
  const {task, origin} = content;
  return typeof task === 'string' && typeof origin === 'string' ? {task, origin} : undefined;
}

/** The same the other way round; what cannot be understood is kept, to be written again. `file` is where it stands. */
export function parseLeftovers(text: string, file: string): Leftover[] {
  const unknown = (content: unknown): UnknownRecord => ({kind: 'unknown', file, content});
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return [unknown(text)];
  }
  const records: unknown = typeof content === 'object' && content !== null && Reflect.get(content, 'records');
  if (!Array.isArray(records)) return [unknown(content)];
  return records.map((record: unknown) => (isKnown(record) ? record : unknown(record)));
}

function isKnown(value: unknown): value is Exclude<Leftover, UnknownRecord> {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'snapshot') {
    return (
      'programPath' in value &&
      typeof value.programPath === 'string' &&
      'tags' in value &&
      isWords(value.tags) &&
      (!('volume' in value) || isVolume(value.volume))
    );
  }
  if (value.kind === 'after-snapshot') {
    return hasTexts(value, 'task', 'sourcePath', 'snapshotName');
  }
  if (value.kind === 'application') {
    const words = ['program', 'options'].every((name) => isWords(Reflect.get(value, name)));
    const wholeSince: unknown = Reflect.get(value, 'wholeSince') ?? '';
    const isObsolete: unknown = Reflect.get(value, 'isObsolete') ?? false;
    const isEnd = typeof wholeSince === 'string' && typeof isObsolete === 'boolean';
    return hasTexts(value, 'path', 'targetPath', 'since') && isFolder(value) && words && isOnHost(value) && isEnd;
  }
  if (value.kind === 'incomplete') {
    const cause: unknown = Reflect.get(value, 'cause');
    const isCause = cause === undefined || INCOMPLETE_CAUSES.some((known) => known === cause);
    return hasTexts(value, 'targetPath', 'since') && isOnHost(value) && isCause;
  }
  return value.kind === 'file' && hasTexts(value, 'path') && isFolder(value) && isOnHost(value);
}

function hasTexts(value: object, ...names: readonly string[]): boolean {
  return names.every((name) => typeof Reflect.get(value, name) === 'string');
}

function isFolder(value: object): boolean {
  return typeof (Reflect.get(value, 'folder') ?? '') === 'string';
}

function isOnHost(value: object): boolean {
  return (
    'quoting' in value &&
    (value.quoting === 'auto' || value.quoting === 'shell' || value.quoting === 'none') &&
    'connection' in value &&
    isWords(value.connection)
  );
}

function isVolume(value: unknown): value is VolumeRecord {
  if (typeof value !== 'object' || value === null) return false;
  const volume: Partial<Record<keyof VolumeRecord, unknown>> = value;
  const texts = [volume.vg, volume.name, volume.originUuid, volume.uuid ?? ''];
  return texts.every((text) => typeof text === 'string');
}

function isWords(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((word) => typeof word === 'string');
}
