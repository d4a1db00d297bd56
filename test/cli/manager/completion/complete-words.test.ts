import {describe, expect, test} from 'vitest';
import {bdsyncGrammar} from '#dist/cli/manager/completion/bdsync-grammar.js';
import {completeWords} from '#dist/cli/manager/completion/complete-words.js';
import {managerGrammar} from '#dist/cli/manager/completion/manager-grammar.js';
import {createProgram} from '#dist/cli/manager/program.js';
import {TASKS_LAYER} from '#dist/cli/manager/tasks-layer.js';
import {OPTIONS} from '#dist/cli/bdsync/option-table.js';
import {recordedScreen} from '../../../support/recorded-screen.js';

const program = createProgram({
  stdout: recordedScreen(),
  stderr: recordedScreen(),
  prompt: {isTerminal: false, ask: async () => ''},
  serviceManager: undefined,
  signals: process,
  tasks: TASKS_LAYER,
  endAtOnce: () => {},
  end: () => {},
});
const manager = managerGrammar(program);
const bdsync = bdsyncGrammar();

/** The words that are offered for the last one of `words`; undefined where something else than words is. */
function wordsFor(grammar: typeof manager, ...words: string[]): string[] | undefined {
  const {values} = completeWords(grammar, words.slice(0, -1), words.at(-1) ?? '');
  return values.kind === 'words' ? values.words.map(({word}) => word) : undefined;
}

function fileOf(...words: string[]): string | undefined {
  return completeWords(manager, words, '').configFile;
}

describe('bdsync-manager', () => {
  test('has every command that its help tells of, described, and no hidden one', () => {
    const {values} = completeWords(manager, [], '');
    const names = program.commands.map((command) => command.name());
    expect(values).toMatchObject({kind: 'words'});
    expect(wordsFor(manager, '')).toEqual([...names, 'help']);
    expect(names).toContain('check');
    expect(values.kind === 'words' && values.words.every(({does}) => does !== undefined && does !== '')).toBe(true);
  });

  test.each(program.commands.map((command) => [command.name(), command] as const))(
    '%s has the options that parse it',
    (name, command) => {
      const options = command.options.map(({long}) => long);
      expect(wordsFor(manager, name, '-')).toEqual([...options, '-h', '--help']);
    },
  );

  test('without a command has the options of run, and its own', () => {
    expect(wordsFor(manager, '--')).toEqual(expect.arrayContaining(['--task', '--dry-run', '--version', '--help']));
    expect(wordsFor(manager, '--')).not.toContain('--rollback');
  });

  test.each([
    [['--task', ''], 'tasks', ''],
    [['check', '--task', 'ho'], 'tasks', ''],
    [['--task', 'home', 'check', '--task='], 'tasks', '--task='],
    [['log', ''], 'tasks', ''],
    [['log', 'home', 'mail', ''], 'tasks', ''],
    [['status', ''], 'tasks', ''],
    [['--config', ''], 'files', ''],
    [['check', '--config=/et'], 'files', '--config='],
    [['sync', ''], 'files', ''],
    [['sync', '/dev/a', ''], 'files', ''],
    [['sync', '--state-dir', ''], 'folders', ''],
    [['sync', '--state-dir=/x'], 'folders', '--state-dir='],
    [['sync', '--bandwidth-limit', ''], 'nothing', ''],
    [['--sample', ''], 'nothing', ''],
    [['run', ''], 'tasks', ''],
    [['config', 'show', ''], 'tasks', ''],
    [['status', '--task', ''], 'tasks', ''],
    [['list', ''], 'nothing', ''],
    [['--json=x'], 'nothing', '--json='],
    [['--strange=x'], 'nothing', '--strange='],
  ])('after %j come %s', (words, kind, prefix) => {
    const completion = completeWords(manager, words.slice(0, -1), words.at(-1) ?? '');
    expect({kind: completion.values.kind, prefix: completion.prefix}).toEqual({kind, prefix});
  });

  test.each([
    [
      ['--log-level', ''],
      ['debug', 'info', 'warning', 'error'],
    ],
    [
      ['sync', '--connection-quoting', ''],
      ['auto', 'shell', 'none'],
    ],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('the values for %j', (words, values) => {
    expect(wordsFor(manager, ...words)).toEqual(values);
  });

  test('a command of a command comes after it', () => {
    expect(wordsFor(manager, 'config', '')).toEqual(['show', 'keys', 'help']);
    expect(wordsFor(manager, 'config', 'show', '--o')).toContain('--only-set');
    expect(wordsFor(manager, 'config', 'keys', '--o')).not.toContain('--only-set');
  });

  test('help is followed by the name of a command, once', () => {
    expect(wordsFor(manager, 'help', '')).toEqual(wordsFor(manager, ''));
    expect(wordsFor(manager, 'help', 'check', '')).toBeUndefined();
  });

  test('an option that was given is told again only if it may be', () => {
    const words = wordsFor(manager, 'check', '--json', '--config=x', '--task', 'home', '-');
    expect(words).toEqual(['--task', '--log-level', '-h', '--help']);
  });

  test('an option before the command is that of the command, and its value no command', () => {
    expect(wordsFor(manager, '--config', 'check', '')).toContain('check');
    expect(wordsFor(manager, '--json', 'check', '-')).not.toContain('--json');
    expect(wordsFor(manager, '--sample', '5%', 'verify', '-')).not.toContain('--sample');
  });

  test('after -- there are only operands', () => {
    expect(completeWords(manager, ['log', '--'], '-').values).toEqual({kind: 'tasks'});
  });

  test('the configuration is the last one that is named', () => {
    expect(fileOf('--config', 'a')).toBe('a');
    expect(fileOf('--config=a', 'check', '--config', 'b c')).toBe('b c');
    expect(fileOf('--config')).toBeUndefined();
    expect(fileOf('--', '--config=a')).toBeUndefined();
  });
});

describe('bdsync', () => {
  test('has every option of its table, and a form with a value for those that take one in the same word', () => {
    const options = wordsFor(bdsync, '-') ?? [];
    for (const {name, value} of OPTIONS) {
      expect(options).toContain(`--${name}`);
      expect(options.includes(`--${name}=`)).toBe(value === 'optional');
    }
    expect(options).toContain('-p');
  });

  test.each([
    [['--patch='], 'files'],
    [['--sealed', ''], 'files'],
    [['--hold', ''], 'files'],
    [['--state-dir', ''], 'folders'],
    [['ssh store bdsync --server', ''], 'files'],
    [['ssh store bdsync --server', '/dev/a', ''], 'nothing'],
    [['-b', '4096', ''], 'nothing'],
  ])('after %j come %s', (words, kind) => {
    expect(completeWords(bdsync, words.slice(0, -1), words.at(-1) ?? '').values.kind).toBe(kind);
  });

  test('knows its words, and the digests of this machine', () => {
    expect(wordsFor(bdsync, '--diffsize=')).toEqual(['strict', 'resize', 'minsize', 'warn']);
    expect(wordsFor(bdsync, '--hash', '')).toEqual(expect.arrayContaining(['md5', 'sha1', 'sha256', 'blake2b512']));
    expect(wordsFor(bdsync, '-h', '')).toEqual(wordsFor(bdsync, '--hash='));
    expect(wordsFor(bdsync, '--progress=')).toEqual(['noscroll']);
  });
});
