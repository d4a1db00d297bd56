import type {TaskKey} from '../../tasks/config/task-keys.js';
import {plainText} from '../../plain-text.js';

/** All keys for a terminal, by their groups. */
export function formatKeyText(keys: readonly TaskKey[]): string {
  const parts = byGroup(keys).map(([group, members]) => {
    const entries = members.map((key) => `  ${key.name} = ${placeholderOf(key)}\n${wrapped(key)}`);
    return `${capitalized(group)}\n\n${entries.join('')}`;
  });
  return parts.join('\n');
}

/** The same as a page in Markdown. */
export function formatKeyPage(keys: readonly TaskKey[]): string {
  const parts = byGroup(keys).map(([group, members]) => {
    const rows = members.map((key) => `| \`${key.name}\` | ${cell(sentence(key.doc))} | ${defaultCell(key)} |\n`);
    return `## ${capitalized(group)}\n\n| key | what it says | default |\n|---|---|---|\n${rows.join('')}`;
  });
  return [PAGE_HEAD, ...parts].join('\n');
}

const PAGE_HEAD = `# The keys of a configuration

Each section of the configuration file is a task, and may set these keys; \`[DEFAULT]\` sets them for all. The manual,
\`man bdsync-manager.conf\`, tells the rules of the file and more about each key. \`bdsync-manager config show\` tells what
a configuration comes to, and \`bdsync-manager config keys --markdown\` prints this page.

One key belongs to no task: \`include\`, in \`[DEFAULT]\` of the file that is read, names more files. The last part of a
path may be a pattern, and paths are taken from the folder of the file:

    [DEFAULT]
    include = bdsync-manager.d/*.conf
`;

const TEXT_COLUMNS = 74;
const INDENT = '      ';

function byGroup(keys: readonly TaskKey[]): [string, TaskKey[]][] {
  const groups = new Map<string, TaskKey[]>();
  for (const key of keys) groups.set(key.group, [...(groups.get(key.group) ?? []), key]);
  return [...groups];
}

function placeholderOf({placeholder}: TaskKey): string {
  return placeholder.includes('|') ? placeholder : `<${placeholder}>`;
}

function wrapped({doc, defaultText}: TaskKey): string {
  const lines = [''];
  for (const word of `${sentence(doc)} Default: ${plainText(defaultText)}.`.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + 1 + word.length > TEXT_COLUMNS) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => `${INDENT}${line}\n`).join('');
}

function sentence(doc: string): string {
  return `${capitalized(doc)}.`;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function defaultCell({defaultText}: TaskKey): string {
  return cell(defaultText);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('_', '\\_');
}
