import {mkdir, readdir, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import type {Stage} from '#dist/tasks/report.js';
import {noise, sha256} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../support/small-file-system.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {type Sshd, sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

const skipped = noSmallFileSystem ?? sshdMissing();
if (skipped !== undefined) console.warn(`skipped, ${skipped}`);

const MIB = 1024 * 1024;

interface Shortage {
  /** What does not fit. */
  readonly what: string;
  /** Where: a folder of the task. */
  readonly where: 'patches' | 'state' | 'disk';
  /** Of its file system, as mount(8) has it. */
  readonly size: string;
  /** Of the target at first: holes, or a file of random bytes. */
  readonly targetBytes: number;
  readonly hasHoles: boolean;
  readonly keys?: Readonly<Record<string, string>>;
}

const PATCH: Shortage = {
  what: 'the patch',
  where: 'patches',
  size: '1m',
  targetBytes: 2 * MIB,
  hasHoles: false,
};

const SHORTAGES: readonly Shortage[] = [
  PATCH,
  {what: 'the journal', where: 'patches', size: '3m', targetBytes: 2 * MIB, hasHoles: false},
  {
    what: 'the new content of a file with holes',
    where: 'disk',
    size: '1m',
    targetBytes: 2 * MIB,
    hasHoles: true,
  },
  {
    what: 'the new end of a file',
    where: 'disk',
    size: '1536k',
    targetBytes: MIB,
    hasHoles: false,
    keys: {bdsync_args: '--diffsize=resize'},
  },
];

/** The same at the end of a real connection, where each run takes some. */
const ELSEWHERE = SHORTAGES.filter(({where, hasHoles}) => where === 'disk' && hasHoles).map((stage) => ({
  ...stage,
  place: 'on another machine',
}));

interface Task {
  readonly target: string;
  readonly old: string;
  run(...words: readonly string[]): Promise<ProgramResult>;
  /** As mount(8) has sizes. */
  makeRoom(size?: string): void;
  stored(): Promise<string[]>;
  noted(): Promise<string[]>;
  requireDone(result: ProgramResult): Promise<void>;
}

describe.skipIf(skipped !== undefined)(
  `no room${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  {timeout: 180_000},
  () => {
    let sshd: Sshd;
    beforeAll(async () => {
      sshd = await startSshd();
    });
    afterAll(() => sshd[Symbol.asyncDispose]());

    async function taskFor(stage: Shortage, place: string): Promise<Task> {
      const folder = await temporaryFolder();
      const folders = {patches: join(folder, 'patches'), state: join(folder, 'state'), disk: join(folder, 'disk')};
      const small = mountSmallFileSystem(folders[stage.where], stage.size);
      for (const path of Object.values(folders)) await mkdir(path, {recursive: true});
      // Not the file system's own folder, which everybody may write to.
      const stateDir = join(folders.state, 'ours');
      const [source, target] = [join(folder, 's.img'), join(folders.disk, 't.img')];
      await writeFile(source, noise(2 * MIB, 1));
      await writeFile(target, stage.hasHoles ? '' : noise(stage.targetBytes, 2));
      await truncate(target, stage.targetBytes);
      const there = {connection_command: sshd.connectionCommand, remote_bdsync_bin: BDSYNC};
      const config = await writeConfig(join(folder, 'tasks.conf'), {
        home: {
          source_path: source,
          target_path: target,
          target_patch_dir: folders.patches,
          state_dir: stateDir,
          ...(place === 'here' ? {} : there),
          ...stage.keys,
        },
      });
      const stored = async (): Promise<string[]> => (await readdir(folders.patches)).toSorted();
      const noted = (): Promise<string[]> => readdir(join(stateDir, 'temporary'));
      return {
        target,
        old: await sha256(target),
        run: (...words) => runProgram(BDSYNC_MANAGER, [...words, '--json', '--config', config]),
        makeRoom: (size = '16m') => small.grow(size),
        stored,
        noted,
        async requireDone(result) {
          expect(result).toMatchObject({status: 0, stderr: ''});
          expect(await sha256(target)).toBe(await sha256(source));
          expect([await stored(), await noted()]).toEqual([[], []]);
        },
      };
    }

    const places = [...SHORTAGES.map((stage) => ({...stage, place: 'here'})), ...ELSEWHERE];
    it.each(places)(
      '$place, for $what: it is told, and the next run succeeds when there is some',
      async ({place, ...stage}) => {
        const task = await taskFor(stage, place);
        const result = await task.run();
        expect(result.status).toBe(3);
        expect(taskReportOf(result)).toMatchObject({
          failure: {
            code: 'disk-full',
            target: {path: task.target, state: stage.where === 'disk' ? 'undone' : 'untouched'},
          },
        });
        // What was true while it was partly written is not.
        expect(result.stderr).not.toMatch(/partly written|--recover/);
        expect(await sha256(task.target)).toBe(task.old);
        expect([await task.stored(), await task.noted()]).toEqual([[], []]);
        task.makeRoom();
        await task.requireDone(await task.run());
      },
    );

    it('for what is noted in the state folder, of whichever note: it is told, and nothing has begun', async () => {
      const task = await taskFor({...PATCH, where: 'state', size: '4k'}, 'here');
      const stages = new Set<Stage>();
      for (let kilobytes = 8; ; kilobytes += 4) {
        const result = await task.run();
        if (result.status === 0) break;
        const report = taskReportOf(result);
        expect(report).toMatchObject({failure: {code: 'state-dir', target: {state: 'untouched'}}});
        if (report.state === 'failed' && report.failure.stage !== 'configuration') stages.add(report.failure.stage);
        expect([await task.noted(), await task.stored(), await sha256(task.target)]).toEqual([[], [], task.old]);
        task.makeRoom(`${kilobytes}k`);
      }
      // Before the patch is made, and before it is applied.
      expect([...stages]).toEqual(['generate', 'apply']);
      await task.requireDone(await task.run());
    });

    it.each(SHORTAGES.filter(({where}) => where === 'disk'))(
      'for $what: what could not be undone at once is undone by the next run, or by recover --rollback',
      async (stage) => {
        const folder = await temporaryFolder();
        const [program, broken] = [join(folder, 'bdsync'), join(folder, 'broken')];
        const words = [process.execPath, BDSYNC].map((word) => `'${word}'`).join(' ');
        const script = `case "$*" in *--rollback*) [ -e '${broken}' ] && exit 1;; esac\nexec ${words} "$@"`;
        await writeFile(program, `#!/bin/sh\n${script}\n`, {mode: 0o755});
        const keys = {...stage.keys, connection_command: 'env A=1', remote_bdsync_bin: program};
        const task = await taskFor({...stage, keys}, 'here');
        const begin = async (): Promise<void> => {
          await writeFile(broken, '');
          expect(taskReportOf(await task.run())).toMatchObject({failure: {target: {state: 'partly-written'}}});
          expect(await task.stored()).toHaveLength(2);
          await rm(broken);
        };
        await begin();
        const next = taskReportOf(await task.run());
        expect(next).toMatchObject({
          failure: {code: 'disk-full', target: {state: 'recovered'}},
          notes: [
            expect.stringContaining('was undone first, because the file system of the target has no room for it'),
          ],
        });
        expect(await sha256(task.target)).toBe(task.old);
        expect([await task.stored(), await task.noted()]).toEqual([[], []]);
        await begin();
        expect(await task.run('recover', '--rollback')).toMatchObject({status: 0});
        expect(await sha256(task.target)).toBe(task.old);
        expect(await task.stored()).toEqual([]);
      },
    );
  },
);
