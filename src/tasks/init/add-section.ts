import {type Configuration, configurationOf} from '../config/configuration.js';
import {parseSections} from '../config/parse-sections.js';
import type {TaskKeyName} from '../config/task-keys.js';
import type {ConfigDraft} from './config-draft.js';
import {inheritedNames, requireNewName} from './draft-names.js';
import {sectionText} from './section-text.js';

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
  // A new one is for its owner alone.
  const isReadableByAll = existing?.files.main.isReadableByAll ?? false;
  const main = {path: file, isReadableByAll, ...parseSections(file, Buffer.from(text))};
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
