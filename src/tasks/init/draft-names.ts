import type {ConfigFile} from '../config/read-config-files.js';
import type {ConfigDraft} from './config-draft.js';
import {InitError} from './init-error.js';
import {requireSectionName} from './section-text.js';

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
