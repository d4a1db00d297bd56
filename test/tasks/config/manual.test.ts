import {readFile} from 'node:fs/promises';
import {describe, expect, test} from 'vitest';
import {TASK_KEYS} from '#dist/tasks/config/task-keys.js';
import {readConfig} from '../../support/read-config.js';

const page = await readFile(new URL('../../../man/bdsync-manager.conf.5', import.meta.url), 'utf8');
const items = documentedKeys();

describe('bdsync-manager.conf(5)', () => {
  test('documents the keys of the table, no others, in its order and groups', () => {
    expect(items.map(({group, name}) => `${group}: ${name}`)).toEqual(
      TASK_KEYS.map(({group, name}) => `${group}: ${name}`),
    );
  });

  test.each(TASK_KEYS)('says of $name what the table says', ({name, kind, placeholder, doc, defaultText}) => {
    const item = items.find((documented) => documented.name === name);
    const values = kind === 'flag' || placeholder.includes('|') ? 'Cm' : 'Ar';
    expect(item?.heading).toBe(`${name} No = ${values} ${placeholder.replaceAll('|', ' | ')}`);
    expect(item?.text.startsWith(`${doc.charAt(0).toUpperCase()}${doc.slice(1)}.`), item?.text).toBe(true);
    expect(item?.text.endsWith(defaultText === 'required' ? ' Required.' : ` Default: ${defaultText}.`)).toBe(true);
  });

  test('has examples that are in order', async () => {
    const examples = [...page.matchAll(/^\.Bd -literal.*\n([^]*?)^\.Ed$/gm)].map(([, text]) => text ?? '');
    const complete = examples.filter((text) => text.includes('target_path'));
    expect(complete).toHaveLength(3);
    for (const text of complete) {
      const {tasks, warnings} = await readConfig(text);
      expect(tasks.map(({state}) => state)).not.toContain('invalid');
      expect([...warnings, ...tasks.flatMap((task) => task.warnings)]).toEqual([]);
    }
  });
});

interface DocumentedKey {
  readonly group: string;
  readonly name: string;
  /** The words of the .It line. */
  readonly heading: string;
  /** What follows, in one line, without macros and escapes. */
  readonly text: string;
}

function documentedKeys(): DocumentedKey[] {
  const keys = page.slice(page.indexOf('\n.Sh KEYS'), page.indexOf('\n.Sh PATHS'));
  return keys.split(/^\.Ss /m).flatMap((subsection) => {
    const group = subsection.slice(0, subsection.indexOf('\n')).toLowerCase();
    const [, ...list] = subsection.split(/^\.It Cm /m);
    return list.map((item) => {
      const [heading = '', ...lines] = item.split('\n');
      return {group, heading, name: heading.split(' ')[0] ?? '', text: plainText(lines)};
    });
  });
}

function plainText(lines: readonly string[]): string {
  const words = lines.filter((line) => line !== '.El').map((line) => line.replace(/^\.[A-Z][a-z] /, ''));
  return words.join(' ').replaceAll('\\-', '-').trim();
}
