import {constants} from 'node:fs';
import {access, realpath, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {codeOf, messageOf} from '../../errors.js';
import {readConfigBytes} from '../config/config-text.js';
import {type Configuration, configurationOf} from '../config/configuration.js';
import {parseSections} from '../config/parse-sections.js';
import {type ConfigFile, type ConfigFiles, readConfigFiles} from '../config/read-config-files.js';
import type {TaskKeyName} from '../config/task-keys.js';
import {InitError} from './init-error.js';
import {requireSectionName, sectionText} from './section-text.js';

/** A configuration file as it is, to which a task is to be added. */
export interface ConfigDraft {
  /** As it was named. */
  readonly file: string;
  /** Where it really is. */
  readonly path: string;
  /** Undefined where there is none yet. */
  readonly existing: ExistingConfig | undefined;
}

export interface ExistingConfig {
  readonly bytes: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly files: ConfigFiles;
}

/** What the file is going to be. */
export interface PlannedConfig {
  readonly draft: ConfigDraft;
  /** What is added. */
  readonly added: string;
  /** All of it. */
  readonly text: string;
  /** As it will be read. */
  readonly configuration: Configuration;
}

/**
 * Reads the configuration to which a task is to be added, if there is one, and makes sure that it can be written.
 *
 * @throws ConfigError for one that is faulty; InitError 'config-file'.
 */
export async function openConfigDraft(file: string): Promise<ConfigDraft> {
  const found = await stat(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError(`cannot look at ${file}`, error);
  });
  if (found === undefined) {
    await requireWritableFolder(file, dirname(file));
    const folder = await realpath(dirname(file));
    return {file, path: join(folder, basename(file)), existing: undefined};
  }
  if (!found.isFile()) {
    throw new InitError('config-file', `${file} is no file`, {hint: 'name a file with --config'});
  }
  const path = await realpath(file);
  await requireWritableFolder(file, dirname(path));
  const {mode, uid, gid} = found;
  const existing = {
    bytes: await readConfigBytes(file),
    mode: mode & 0o7777,
    uid,
    gid,
    files: await readConfigFiles(file),
  };
  return {file, path, existing};
}

/** @throws InitError 'task-exists'; ConfigError 'config-value' for what cannot be the name of a task. */
export function requireNewName(draft: ConfigDraft, name: string): void {
  requireSectionName(name);
  for (const {path, sections} of filesOf(draft)) {
    const section = sections.find((each) => each.name === name);
    if (section === undefined) continue;
    throw new InitError('task-exists', `${path}:${section.line}: there is a task [${name}] already`, {
      hint: `give the new one another name with --task, or edit ${path}`,
    });
  }
}

/** Of all tasks that there are. */
export function namesInDraft(draft: ConfigDraft): ReadonlySet<string> {
  return new Set(filesOf(draft).flatMap(({sections}) => sections.map(({name}) => name)));
}

/** The names of what a new task would inherit. */
export function inheritedNames({existing}: ConfigDraft): ReadonlySet<string> {
  return new Set(existing?.files.main.defaults.options.keys());
}

function filesOf({existing}: ConfigDraft): readonly ConfigFile[] {
  return existing === undefined ? [] : [existing.files.main, ...existing.files.included];
}

/**
 * The configuration with one more section.
 *
 * @throws InitError 'task-exists'; ConfigError 'config-value' for what no file can hold.
 */
export function addSection(draft: ConfigDraft, name: string, keys: ReadonlyMap<TaskKeyName, string>): PlannedConfig {
  const {file, existing} = draft;
  requireNewName(draft, name);
  const added = sectionText({name, keys, inherited: inheritedNames(draft)});
  const text =
    existing === undefined ? `${HEAD}\n${added}\n${FURTHER_KEYS}` : joined(existing.bytes.toString('utf8'), added);
  const main = {path: file, ...parseSections(file, Buffer.from(text))};
  const configuration = configurationOf({main, included: existing?.files.included ?? []});
  return {draft, added, text, configuration};
}

const HEAD = `# The tasks of bdsync-manager, begun by 'bdsync-manager init'. bdsync-manager.conf(5) explains all keys. What several
# tasks share can stand in a section [DEFAULT]; a task overrides it by naming the key again.
`;

const FURTHER_KEYS = `# Often wanted, too: 4 MiB per second at most; 'bdsync-manager status' tells when there was no success for a day; mail
# when a run fails.
#bandwidth_limit = 4m
#warn_after = 26h
#mail_to = root
`;

function joined(before: string, added: string): string {
  const end = before === '' || /[\r\n]$/.test(before) ? '' : '\n';
  return `${before}${end}\n${added}`;
}

async function requireWritableFolder(file: string, folder: string): Promise<void> {
  await access(folder, constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw fileError(`cannot write ${file}`, error);
  });
}

export function fileError(trouble: string, cause: unknown): InitError {
  return new InitError('config-file', `${trouble}: ${messageOf(cause)}`, {cause, hint: HINTS[codeOf(cause) ?? '']});
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'only root may do that; another file is named with --config',
  EPERM: 'only root may do that; another file is named with --config',
  ENOENT: 'make its folder first, or name another file with --config',
};
