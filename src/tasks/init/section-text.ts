import {ConfigError} from '../config/config-error.js';
import {type ConfigSection, DEFAULT_SECTION, parseConfigText} from '../config/config-parser.js';
import {interpolate} from '../config/interpolation.js';
import {quoted} from '../config/quoted.js';
import type {TaskKeyName} from '../config/task-keys.js';
import {SETTLED_KEYS} from './task-answers.js';

/** A section that is to be written. */
export interface NewSection {
  readonly name: string;
  readonly keys: ReadonlyMap<TaskKeyName, string>;
  /** Names that it would inherit from `[DEFAULT]`. */
  readonly inherited: ReadonlySet<string>;
}

/**
 * A section with a comment for each key, which is read back as just these values.
 *
 * @throws ConfigError 'config-value' for a name or a value that no file can hold.
 */
export function sectionText({name, keys, inherited}: NewSection): string {
  requireReadable(name, keys);
  const unset = SETTLED_KEYS.filter((key) => inherited.has(key) && !keys.has(key));
  const lines = [`[${name}]`, ...[...keys].flatMap(([key, value]) => [commentOn(key, keys), lineOf(key, value)])];
  if (unset.length > 0) lines.push(`# Not as [${DEFAULT_SECTION}] has it.`, ...unset.map((key) => `${key} =`));
  return `${lines.join('\n')}\n`;
}

function lineOf(key: string, value: string): string {
  return `${key} = ${value.replaceAll('%', '%%')}`;
}

function commentOn(key: string, keys: NewSection['keys']): string {
  const isRemote = keys.has('connection_command');
  switch (key) {
    case 'source_path':
      return '# What is copied, from this machine.';
    case 'connection_command':
      return '# Words that start a command on the machine with the copy. Runs have nobody to type a password.';
    case 'target_path':
      return isRemote
        ? '# The copy, on that machine. A relative path begins in the home folder of the user there.'
        : '# The copy, on this machine.';
    case 'create_target_if_missing':
      return '# A copy that is missing is created, as large as the source.';
    case 'grow_target':
      return '# When the source has grown, the copy grows, too.';
    case 'target_patch_dir':
      return isRemote
        ? '# Differences are collected in this folder there, and applied when they are complete.'
        : '# Differences are collected in this folder, and applied when they are complete.';
    case 'apply_patch_in_place':
      return (
        '# Differences are written as they are found: the copy is incomplete while a run lasts, and after one that broke\n' +
        '# off until the next. target_patch_dir names a folder to collect them in first.'
      );
    case 'bdsync_args':
      return '# Options of bdsync.';
    case 'lvm_snapshot_enabled':
      return keys.has('lvm_snapshot_size')
        ? '# Read from a snapshot, so that the copy is of one moment.'
        : '# Read from a snapshot, so that the copy is of one moment. That of a thin volume needs no size.';
    case 'lvm_snapshot_size':
      return '# Its room for what changes during a run. A percent sign is doubled in this file.';
    case 'lvm_snapshot_autoextend':
      return '# When four fifths of that are used it gets a fifth more, as long as the group has some.';
    default:
      return `# ${key}`;
  }
}

/** No program takes a NUL, and half of a surrogate pair is no UTF-8. */
const UNWRITABLE = /[\0\p{Cs}]/u;

/** What was meant is what will be read; whatever breaks that, a line break, say, shows here. */
function requireReadable(name: string, keys: NewSection['keys']): void {
  requireSectionName(name);
  for (const [key, value] of keys) {
    const raw = onlySection(`[x]\n${lineOf(key, value)}`)?.options.get(key)?.value;
    if (raw !== undefined && !UNWRITABLE.test(value) && interpolate(raw, () => undefined) === value) continue;
    const message = `${key}: ${quoted(value)} cannot be written into a configuration`;
    throw new ConfigError(
      'config-value',
      message,
      {key},
      {
        hint: 'line breaks, and blanks at its ends, are lost there: give it another name, or a link that leads to it',
      },
    );
  }
}

/** @throws ConfigError 'config-value' for what cannot be the name of a section. */
export function requireSectionName(name: string): void {
  if (name.trim() !== name || /[\p{Cc}\p{Cs}]/u.test(name) || onlySection(`[${name}]`)?.name !== name) {
    throw new ConfigError('config-value', `${quoted(name)} cannot be the name of a task`, {section: name});
  }
}

function onlySection(text: string): ConfigSection | undefined {
  const parsed = parseConfigText(text);
  return parsed.state === 'parsed' && parsed.sections.length === 1 ? parsed.sections[0] : undefined;
}
