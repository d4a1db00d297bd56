import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {quoteWords} from '#dist/hosts/quote.js';
import {initialConfiguration} from '#dist/packaging/initial-configuration.js';
import {fileSection, readConfigFiles} from '#dist/tasks/config/read-config-files.js';
import {addSection} from '#dist/tasks/init/add-section.js';
import {openConfigDraft} from '#dist/tasks/init/config-draft.js';
import {keysOfAnswers, sshCommand, type TaskAnswers} from '#dist/tasks/init/task-answers.js';
import {writeConfig} from '#dist/tasks/init/write-config.js';
import {configBytes} from '../../support/config-text-arbitrary.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {anyWord} from '../../support/word-arbitrary.js';

const ANSWERS: TaskAnswers = {
  name: 'home',
  sourcePath: '/dev/vg0/home',
  targetPath: 'home.img',
  connectionCommand: sshCommand('backup@store'),
  patchDir: undefined,
  createsTarget: false,
  growsTarget: false,
  bdsyncArgs: undefined,
  snapshot: undefined,
};

/** What a line can hold: no line break, no half of a surrogate pair, no blank at its ends. */
const oneLine = fc
  .oneof(anyWord, fc.constantFrom('%', '%%', '%(source_path)s', '100%', '# x', '; x', '[x]', 'a = b', ': c', '%%(x)s'))
  .map((text) => text.replaceAll(/[\r\n\0\p{Cs}]/gu, ''));
const taskName = fc
  .oneof(oneLine, fc.constantFrom('a]b', ']', '[', '#', ';x', 'a = b', 'default', 'DEFAULTS', '%(x)s', '__proto__'))
  .map((text) => text.replaceAll(/\p{Cc}/gu, '').trim())
  .filter((text) => text !== '' && text !== 'DEFAULT');

const answersWith = (folder: string): fc.Arbitrary<TaskAnswers> =>
  fc.record({
    name: taskName,
    sourcePath: oneLine.map((text) => `${folder}/${text}x`),
    targetPath: oneLine.map((text) => `/srv/${text}x`),
    connectionCommand: fc.option(
      fc
        .array(
          anyWord.map((word) => word.replaceAll(/[\r\n\0\p{Cs}]/gu, ' ')),
          {minLength: 1},
        )
        .map((words) => `ssh ${quoteWords(words)} host`),
      {nil: undefined},
    ),
    patchDir: fc.option(
      oneLine.map((text) => `/var/${text}x`),
      {nil: undefined},
    ),
    createsTarget: fc.boolean(),
    growsTarget: fc.boolean(),
    bdsyncArgs: fc.constantFrom(undefined, '--diffsize=minsize', '--hash=sha256 --twopass'),
    snapshot: fc.constantFrom(undefined, {size: undefined}, {size: '10%ORIGIN'}, {size: '5G'}),
  });

/** Everything that `[DEFAULT]` could say against the answers. */
const CONTRARY = `[DEFAULT]
connection_command = ssh other
create_target_if_missing = yes
grow_target = yes
target_patch_dir = elsewhere
apply_patch_in_place = yes
lvm_snapshot_enabled = yes
lvm_snapshot_size = 1G
lvm_snapshot_autoextend = 50%%+50%%
disabled = yes
[there]
source_path = /dev/sda1
target_path = x.img`;

async function draftOf(text: string | Uint8Array | undefined) {
  const file = join(await temporaryFolder(), 'x.conf');
  if (text !== undefined) await writeFile(file, text);
  return await openConfigDraft(file);
}

describe('a task that is added', () => {
  test.each([
    ['a new file', undefined],
    ['an empty file', ''],
    ['a file whose [DEFAULT] says otherwise', CONTRARY],
  ])('to %s is read as it was meant, whatever its words are', async (_what, text) => {
    const draft = await draftOf(text);
    fc.assert(
      fc.property(answersWith('/srv'), (answers) => {
        const {configuration} = addSection(draft, answers.name, keysOfAnswers(answers));
        const task = configuration.tasks.find(({name}) => name === answers.name);
        if (task?.state !== 'valid') throw new Error(JSON.stringify(task));
        const {config} = task;
        expect(config).toMatchObject({
          sourcePath: answers.sourcePath,
          targetPath: answers.targetPath,
          targetPatchDir: answers.patchDir,
          applyPatchInPlace: answers.patchDir === undefined,
          createTargetIfMissing: answers.createsTarget,
          growTarget: answers.growsTarget,
          disabled: false,
        });
        expect(config.lvmSnapshot === undefined).toBe(answers.snapshot === undefined);
        expect(config.lvmSnapshot?.size).toBe(answers.snapshot?.size);
        expect(config.connectionCommand.length > 0).toBe(answers.connectionCommand !== undefined);
        expect(configuration.tasks.flatMap(({warnings}) => warnings)).toEqual([]);
      }),
    );
  });

  test('has the words of its connection as they were', async () => {
    const draft = await draftOf(undefined);
    const word = anyWord.map((text) => text.replaceAll(/[\r\n\0\p{Cs}]/gu, ''));
    fc.assert(
      fc.property(fc.array(word, {minLength: 1}), (words) => {
        const connectionCommand = quoteWords(['ssh', ...words]);
        const {configuration} = addSection(draft, 'home', keysOfAnswers({...ANSWERS, connectionCommand}));
        const [task] = configuration.tasks;
        expect(task?.state === 'valid' && task.config.connectionCommand).toEqual(['ssh', ...words]);
      }),
    );
  });

  test('leaves what was there as it was, byte for byte, whatever that is', async () => {
    const folder = await temporaryFolder();
    let count = 0;
    await fc.assert(
      fc.asyncProperty(configBytes, async (bytes) => {
        const file = join(folder, `${(count += 1)}.conf`);
        await writeFile(file, bytes);
        const before = await readConfigFiles(file).catch(() => undefined);
        if (before === undefined) {
          await expect(openConfigDraft(file)).rejects.toThrow();
          return;
        }
        const draft = await openConfigDraft(file);
        await writeConfig(addSection(draft, 'a new task', keysOfAnswers(ANSWERS)));
        const after = await readConfigFiles(file);
        const valuesIn = (files: typeof before) =>
          files.main.sections.map((section) => [
            section.name,
            [...section.options.values()].map(({name, value}) => [name, value]),
          ]);
        expect(valuesIn(after).slice(0, -1)).toEqual(valuesIn(before));
        expect(after.main.defaults).toEqual(before.main.defaults);
        const [added] = after.main.sections.slice(-1);
        expect(added?.name).toBe('a new task');
        expect(added && fileSection(after, after.main, added).textOf('source_path')).toBe('/dev/vg0/home');
        expect((await readFile(file)).subarray(0, bytes.length).equals(bytes)).toBe(true);
      }),
      {numRuns: 300},
    );
  });

  test.each([
    ['a line break', {targetPath: 'a\nb'}, 'target_path'],
    ['a line break before a section', {targetPath: 'a\n[evil]\nsource_path = /dev/sda'}, 'target_path'],
    ['a line break before blanks', {sourcePath: '/srv/a\n  b'}, 'source_path'],
    ['a carriage return', {sourcePath: '/srv/a\rb'}, 'source_path'],
    ['a blank at its end', {sourcePath: '/srv/a '}, 'source_path'],
    ['a blank of Python', {patchDir: '\u001cx'}, 'target_patch_dir'],
    ['a NUL', {targetPath: 'a\0b'}, 'target_path'],
    ['half of a surrogate pair', {targetPath: 'a\ud800b'}, 'target_path'],
  ])('is refused for a value with %s', async (_what, wrong, key) => {
    const draft = await draftOf(undefined);
    expect(() => addSection(draft, 'home', keysOfAnswers({...ANSWERS, ...wrong}))).toThrow(
      new RegExp(`^${key}: .* cannot be written into a configuration$`),
    );
  });

  test.each(['', ' ', 'DEFAULT', 'a\nb', 'a\n[b', ' a', 'a ', '\t', 'a\u001b[2J', '\ud800'])(
    'is refused for the name %j',
    async (name) => {
      const draft = await draftOf(undefined);
      expect(() => addSection(draft, name, keysOfAnswers(ANSWERS))).toThrow('cannot be the name of a task');
    },
  );

  test('stands alone behind the configuration of a package, in which nothing is switched on', async () => {
    const example = await readFile(new URL('../../../examples/nightly-lvm-host.conf', import.meta.url), 'utf8');
    const draft = await draftOf(initialConfiguration(example));
    const {configuration, text} = addSection(draft, 'home', keysOfAnswers(ANSWERS));
    expect(configuration.tasks.map(({name, state}) => [name, state])).toEqual([['home', 'valid']]);
    expect(text.startsWith(initialConfiguration(example))).toBe(true);
  });

  test('is refused when there is one of its name, also in a file that is included', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'more'));
    await writeFile(join(folder, 'more', 'a.conf'), '[there]\n');
    await writeFile(join(folder, 'x.conf'), '[DEFAULT]\ninclude = more/*.conf\n\n[here]\n');
    const draft = await openConfigDraft(join(folder, 'x.conf'));
    const place = {here: 'x.conf:4', there: join('more', 'a.conf:1')};
    for (const [name, where] of Object.entries(place)) {
      const add = () => addSection(draft, name, keysOfAnswers(ANSWERS));
      expect(add).toThrow(expect.objectContaining({code: 'task-exists', message: expect.stringContaining(where)}));
    }
    expect(addSection(draft, 'home', keysOfAnswers(ANSWERS)).configuration.tasks).toHaveLength(3);
  });
});
