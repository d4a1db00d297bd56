import {execFileSync} from 'node:child_process';
import {truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ConfigError} from '#dist/tasks/config/config-error.js';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import {readConfig} from '../../support/read-config.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

describe('a file that cannot be read is one ConfigError:', () => {
  test('a missing one', async () => {
    const file = join(await temporaryFolder(), 'none.conf');
    await expect(loadConfiguration(file)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'config-unreadable',
      message: `cannot read the configuration ${file}: there is no such file`,
      hint: "'bdsync-manager init' makes one; another file is named with --config",
      file,
      line: undefined,
    });
  });

  test('a folder', async () => {
    const folder = await temporaryFolder();
    await expect(loadConfiguration(folder)).rejects.toThrow(
      new ConfigError('config-unreadable', `cannot read the configuration ${folder}: it is a folder`, {file: folder}),
    );
  });

  test('one of more than 16 MiB, without reading all of it', async () => {
    const file = join(await temporaryFolder(), 'huge.conf');
    await writeFile(file, '');
    await truncate(file, 2 ** 40);
    await expect(loadConfiguration(file)).rejects.toThrow('it has more than 16777216 bytes');
  });
});

describe('a file with faults as a whole is one ConfigError:', () => {
  test.each<[string, string | Uint8Array, string, object]>([
    [
      'no UTF-8',
      Buffer.from('[t]\nä = \u00e9\nb = \xe9\n', 'latin1'),
      'x.conf:2: the line is not UTF-8 text',
      {line: 2, hint: 'save the file as UTF-8'},
    ],
    ['UTF-16', Buffer.from('\ufeff[t]\n', 'utf16le'), 'x.conf:1: the line is not UTF-8 text', {line: 1}],
    [
      'no end of a character',
      Buffer.from([0x5b, 0x74, 0x5d, 0x0a, 0xc3]),
      'x.conf:2: the line is not UTF-8 text',
      {line: 2},
    ],
    [
      'a duplicate section',
      '[t]\n[t]\n',
      'x.conf:2: section [t] is there twice: in line 1 and in line 2',
      {line: 2, section: 't'},
    ],
    [
      'a duplicate key',
      '[t]\na=1\nA=2\n',
      "x.conf:3: 'a' is there twice in [t]: in line 2 and in line 3",
      {line: 3, section: 't', key: 'a'},
    ],
    ['no section', 'a = 1\n', "x.conf:1: 'a = 1' stands before any [section]", {line: 1, section: undefined}],
    [
      'several',
      '[t]\nx\n[t]\n',
      "x.conf:2: no '=' or ':' in 'x'; line 3: section [t] is there twice: in line 1 and in line 3",
      {line: 2},
    ],
    [
      'many',
      `[t]\n${'x\n'.repeat(25)}`,
      `x.conf:2: no '=' or ':' in 'x'; ${[3, 4, 5, 6, 7, 8, 9, 10, 11].map((line) => `line ${line}: no '=' or ':' in 'x'; `).join('')}and 15 more`,
      {line: 2, hint: 'a line that continues the value above it must be indented'},
    ],
  ])('%s', async (_, content, message, place) => {
    const error: unknown = await readConfig(content).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConfigError);
    expect(error).toMatchObject({code: 'config-syntax', ...place});
    expect(error instanceof ConfigError && error.message.replaceAll(error.file ?? '', 'x.conf')).toBe(message);
  });
});

test('a configuration may come through a pipe', async () => {
  const fifo = join(await temporaryFolder(), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const text = '[a]\n'.concat('# long enough for several pieces\n'.repeat(10_000), '[b]\n');
  const [{tasks}] = await Promise.all([loadConfiguration(fifo), writeFile(fifo, text)]);
  expect(tasks.map(({name}) => name)).toEqual(['a', 'b']);
});
