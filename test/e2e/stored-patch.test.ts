import {existsSync} from 'node:fs';
import {mkdir, readdir, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {quoteWords} from '#dist/hosts/quote.js';
import {noise, sha256} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {processesNaming} from '../support/processes-naming.js';
import {taskReportOf} from '../support/reports.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../support/small-file-system.js';
import {BDSYNC_MANAGER, type ProgramResult, type RunningProgram, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {findTool, toolFolder} from '../support/tool-folder.js';
import {until} from '../support/until.js';
import {writeConfig} from '../support/write-config.js';

for (const reason of [noSmallFileSystem, nativeBdsync === undefined ? NO_NATIVE_BDSYNC : undefined]) {
  if (reason !== undefined) console.warn(`skipped, ${reason}`);
}

const BYTES = 4 * 1024 * 1024;

interface World {
  readonly folder: string;
  readonly source: string;
  readonly target: string;
  readonly patches: string;
  readonly run: (...words: string[]) => Promise<ProgramResult>;
  readonly start: (...words: string[]) => RunningProgram;
}

/** A task from s.img to t.img by way of a patch, with these keys as well. */
async function world(keys: Readonly<Record<string, string>> = {}): Promise<World> {
  const folder = await temporaryFolder();
  const [source, target, patches] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'patches')];
  const state = join(folder, 'state');
  await writeFile(source, noise(BYTES, 3));
  await writeFile(target, noise(BYTES, 4));
  await mkdir(patches);
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    home: {source_path: source, target_path: target, target_patch_dir: patches, state_dir: state, ...keys},
  });
  const start = (...words: string[]): RunningProgram =>
    startProgram(BDSYNC_MANAGER, [...words, '--config', config], {STATE_DIRECTORY: state, HOME: folder});
  return {folder, source, target, patches, start, run: (...words) => start(...words).result};
}

describe.skipIf(noSmallFileSystem !== undefined)('the room for a patch', () => {
  it('is told by check and by a rehearsal, which fails where it does not do', async () => {
    const {patches, target, run} = await world();
    const disk = mountSmallFileSystem(patches, '5m');
    const checked = await run('check');
    expect(checked).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${patches} on this machine: 5.0MiB of`),
    });
    const before = await sha256(target);
    const small = await run('--dry-run', '--json');
    expect(small.status).toBe(3);
    expect(taskReportOf(small)).toMatchObject({
      failure: {
        code: 'disk-full',
        message: expect.stringMatching(
          /: 5\.0MiB left, needed for 4\.0MiB of patch and at least 4\.0MiB of undo journal$/,
        ),
        hint: expect.stringContaining('apply_patch_in_place'),
        target: {state: 'untouched'},
      },
    });
    disk.grow('9m');
    const large = await run('--dry-run', '--json');
    expect(taskReportOf(large)).toMatchObject({state: 'planned', patchRoom: {freeBytes: 9 * 2 ** 20}});
    expect((await run('--dry-run')).stdout).toMatch(/room for it +9\.0MiB, at least 8\.0MiB needed/);
    expect(await sha256(target)).toBe(before);
  });
});

it.skipIf(noSmallFileSystem !== undefined)(
  'a target of holes whose file system becomes full is put back, each time, until there is room',
  async () => {
    const place = join(await temporaryFolder(), 'disk');
    const disk = mountSmallFileSystem(place, '1m');
    const target = join(place, 't.img');
    const {run, source, patches} = await world({target_path: target});
    await writeFile(target, '');
    await truncate(target, BYTES);
    const old = await sha256(target);
    for (let night = 0; night < 2; night += 1) {
      const result = await run('--json');
      expect(result.status).toBe(3);
      expect(taskReportOf(result)).toMatchObject({
        failure: {
          code: 'disk-full',
          stage: 'apply',
          errorLines: [expect.stringMatching(/cannot write .*t\.img at position \d+: no space left/)],
          hint: `make room on the file system of ${target}`,
          target: {path: target, state: 'undone'},
        },
        notes: [],
      });
      expect(await sha256(target)).toBe(old);
      expect(await readdir(patches)).toEqual([]);
    }
    disk.grow('9m');
    expect(await run('--json')).toMatchObject({status: 0});
    expect(await sha256(target)).toBe(await sha256(source));
    expect(await readdir(patches)).toEqual([]);
  },
);

/** Takes a bdsync of ours for the original: it knows none of our options. */
const PRETENDS = [
  '#!/bin/sh',
  'case "$1" in --version|--hold*) echo "bdsync: unrecognized option" >&2; exit 1;; esac',
  `exec ${quoteWords(OUR_BDSYNC)} "$@"`,
];

/** Keys of a task whose target is here, or behind a connection, where that program is. */
const WAYS: readonly [string, (program: string) => Record<string, string>][] = [
  ['here', (program) => ({local_bdsync_bin: program})],
  ['behind a connection', (program) => ({connection_command: 'env A=1', remote_bdsync_bin: program})],
];
const WRITING: readonly [string, Record<string, string>][] = [
  ['stored', {}],
  ['in place', {apply_patch_in_place: 'yes'}],
];

/** A program that is not ours, whether it is the original or not, is slow to begin, and its manager is killed then. */
describe.each(WAYS)('a program of a killed manager that goes on, %s', (way, keysOf) => {
  // As the program that compares, ours cannot pass for the original.
  const isMissing = way === 'here' && nativeBdsync === undefined;
  it.skipIf(isMissing).each(WRITING)('%s: nobody else gets the target until it has ended', async (_flow, keys) => {
    const place = await temporaryFolder();
    const [program, waits, begun] = [join(place, 'bdsync'), join(place, 'waits'), join(place, 'begun')];
    const lines = [
      '#!/bin/sh',
      'case "$1" in --version|--hold*) echo "bdsync: unrecognized option" >&2; exit 1;;',
      `--patch*) : >${begun}; while [ -e ${waits} ]; do sleep 0.1; done;; esac`,
      `exec ${quoteWords(nativeBdsync === undefined ? OUR_BDSYNC : [nativeBdsync])} "$@"`,
    ];
    await writeFile(program, lines.join('\n'), {mode: 0o755});
    await writeFile(waits, '');
    const {source, target, patches, run, start} = await world({...keysOf(program), ...keys});
    const first = start();
    await until('the program that writes', async () => existsSync(begun));
    // In place, the patch is on its way to it.
    await setTimeout(500);
    first.child.kill('SIGKILL');
    await first.result;
    await writeFile(source, noise(BYTES, 5));
    for (const words of [['--json'], ['--dry-run', '--json']]) {
      const refused = await run(...words);
      expect(refused.status).toBe(3);
      expect(taskReportOf(refused)).toMatchObject({
        failure: {
          code: 'target-locked',
          message: expect.stringMatching(/t\.img .*is held by another program/),
          target: {state: 'untouched'},
        },
      });
    }
    await rm(waits);
    await until('its end', async () => (await processesNaming(target)).length === 0);
    expect(await run()).toMatchObject({status: 0});
    expect(await sha256(target)).toBe(await sha256(source));
    expect(await readdir(patches)).toEqual([]);
  });
});

const TOOLS = ['sh', 'id', 'df', 'tail', 'dd', 'grep', 'sync', 'rm', 'stat', 'wc', 'cat', 'printf'];

describe('a bdsync at the target that is not ours', () => {
  const natives: [string, string | undefined][] = [
    ['the original', nativeBdsync],
    ['one that behaves like it', undefined],
  ];
  for (const [name, program] of natives) {
    const isMissing = name === 'the original' && program === undefined;
    async function there(
      tools: readonly string[],
      scripts: Readonly<Record<string, string>> = {},
      keys: Readonly<Record<string, string>> = {},
    ): Promise<World & {readonly toolFolder: string}> {
      const PATH = await toolFolder(
        [...TOOLS, ...tools].filter((name) => !(name in scripts)),
        {scripts},
      );
      const pretending = join(PATH, '..', 'bdsync');
      await writeFile(pretending, PRETENDS.join('\n'), {mode: 0o755});
      const words = {connection_command: `env PATH=${PATH}`, remote_bdsync_bin: program ?? pretending};
      return {...(await world({...words, ...keys})), toolFolder: PATH};
    }

    it.skipIf(isMissing)(
      `${name}: the patch is compared by SHA-256, and the report says what that proves`,
      async () => {
        const {run, source, target, patches} = await there(['sha256sum']);
        const result = await run('--json');
        expect(result).toMatchObject({status: 0, stderr: ''});
        expect(taskReportOf(result)).toMatchObject({
          figures: {proof: {kind: 'patch-stored', check: 'sha256'}},
          notes: [
            expect.stringMatching(
              /written by another machine at the same time, or by a program .*no flock there.*, cannot be known$/,
            ),
            `bdsync on env … is not ours: the patch had arrived whole, by its SHA-256, before it was applied; not proven is ` +
              `that ${target} still had what was compared, nor that it reads back as written`,
          ],
        });
        expect(await sha256(target)).toBe(await sha256(source));
        expect(await readdir(patches)).toEqual([]);
      },
    );

    it.skipIf(isMissing)(`${name}: by its size where nothing there knows SHA-256`, async () => {
      const {run, source, target} = await there([]);
      const result = await run('--log-level=info');
      expect(result).toMatchObject({status: 0});
      expect(result.stderr).toContain('Proof: patch stored, by size');
      expect(await sha256(target)).toBe(await sha256(source));
      const again = await run('--json');
      expect(taskReportOf(again)).toMatchObject({
        figures: {proof: {kind: 'patch-stored', check: 'size'}},
        notes: [
          expect.stringContaining('cannot be known'),
          expect.stringContaining('not proven is that it had arrived unchanged (no sha256sum, openssl or shasum'),
        ],
      });
    });

    it.skipIf(isMissing)(`${name}: a patch that is altered where it is stored is refused`, async () => {
      // It is called when all is stored, right before that is looked at.
      const alter = `printf x | ${findTool('dd')} of="$1" bs=1 seek=70000 conv=notrunc 2>/dev/null; ${findTool('sync')}`;
      const {run, target, patches} = await there(['sha256sum'], {sync: alter});
      const before = await sha256(target);
      const result = await run('--json');
      expect(result.status).toBe(3);
      expect(taskReportOf(result)).toMatchObject({
        failure: {
          code: 'store-failed',
          message: expect.stringMatching(/has another patch in .*patch-.*\.bdsync than was sent: its SHA-256 differs/),
          target: {state: 'untouched'},
        },
      });
      expect(await sha256(target)).toBe(before);
      expect(await readdir(patches)).toEqual([]);
    });

    it.skipIf(isMissing)(`${name}: a patch that is altered while it is applied is no success`, async () => {
      const place = await temporaryFolder();
      const [wrapper, altered] = [join(place, 'bdsync'), join(place, 'altered')];
      // Its standard input is the patch.
      const alter = `printf x | ${findTool('dd')} of="$(${findTool('readlink')} /proc/$$/fd/0)" bs=1 seek=70000 conv=notrunc 2>/dev/null`;
      const lines = [
        ...PRETENDS.slice(0, 2),
        `case "$1" in --patch*) [ -e ${altered} ] || { : >${altered}; ${alter}; };; esac`,
        `exec ${quoteWords(program === undefined ? OUR_BDSYNC : [program])} "$@"`,
      ];
      await writeFile(wrapper, lines.join('\n'), {mode: 0o755});
      const {run, source, target, patches} = await there(['sha256sum'], {}, {remote_bdsync_bin: wrapper});
      const result = await run('--json');
      expect(result.status).toBe(3);
      expect(taskReportOf(result)).toMatchObject({
        failure: {
          code: 'store-failed',
          stage: 'apply',
          message: expect.stringMatching(
            /^when it had been applied, .* has another patch in .* its SHA-256 differs; .*t\.img may have been written wrongly$/,
          ),
          hint: expect.stringMatching(/^the next run compares anew/),
          target: {state: 'partly-written'},
        },
      });
      expect((await run('list')).stdout).toMatch(/incomplete/i);
      expect(await readdir(patches)).toEqual([]);
      expect(await run()).toMatchObject({status: 0});
      expect((await run('list')).stdout).not.toMatch(/incomplete/i);
      expect(await sha256(target)).toBe(await sha256(source));
    });

    it.skipIf(isMissing).each([
      ['stored', {}],
      ['in place', {apply_patch_in_place: 'yes'}],
    ])(`${name}: %s, success is told when the medium has taken what it wrote`, async (_flow, keys) => {
      const refusal = `echo "sync: error syncing '$1': Input/output error" >&2; exit 1`;
      const sync = `case $1 in *t.img) [ -e "$0.good" ] || { ${refusal}; };; esac; exec ${findTool('sync')} "$@"`;
      const {run, source, target, toolFolder} = await there(['sha256sum'], {sync}, keys);
      const refused = await run('--json');
      expect(refused.status).toBe(3);
      expect(taskReportOf(refused)).toMatchObject({
        failure: {
          code: 'patcher-failed',
          stage: 'apply',
          message: `what was written to ${target} on env … has not reached its medium`,
          errorLines: [expect.stringContaining('Input/output error')],
          target: {state: 'partly-written'},
        },
      });
      expect((await run('list')).stdout).toMatch(/incomplete/i);
      await writeFile(join(toolFolder, 'sync.good'), '');
      expect(await run()).toMatchObject({status: 0});
      expect((await run('list')).stdout).not.toMatch(/incomplete/i);
      expect(await sha256(target)).toBe(await sha256(source));
    });
  }

  it.skipIf(nativeBdsync === undefined)('here: the patch is compared by SHA-256, too', async () => {
    const {run, source, target} = await world({local_bdsync_bin: nativeBdsync ?? ''});
    const result = await run('--json');
    expect(taskReportOf(result)).toMatchObject({
      figures: {proof: {kind: 'patch-stored', check: 'sha256'}},
      notes: expect.arrayContaining([expect.stringContaining('had arrived whole, by its SHA-256')]),
    });
    expect(await sha256(target)).toBe(await sha256(source));
  });
});
