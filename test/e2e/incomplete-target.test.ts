import {chmod, mkdir, readdir, readFile, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {quoteWords} from '#dist/hosts/quote.js';
import type {CheckedTask, CheckReport} from '#dist/tasks/check/check-report.js';
import {noise, sha256} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {processesNaming} from '../support/processes-naming.js';
import {taskReportOf} from '../support/reports.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER, type ProgramResult, runProgram, startProgram} from '../support/spawn-program.js';
import {type Sshd, sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';
import {writeConfig} from '../support/write-config.js';

const noSshd = sshdMissing();
if (noSshd !== undefined) console.warn(`skipped, ${noSshd}`);
if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

const BLOCK = 4096;
const BLOCKS = 300;
const TIME = String.raw`20\d\d-\d\d-\d\d \d\d:\d\d:\d\d`;

let sshd: Sshd | undefined;

beforeAll(async () => {
  if (noSshd === undefined) sshd = await startSshd();
});

afterAll(async () => {
  await sshd?.[Symbol.asyncDispose]();
});

type Place = 'here' | 'over ssh' | 'at a far end of the original';

interface InPlaceTask {
  readonly folder: string;
  readonly target: string;
  /** Marks on the target's host. */
  marks(): Promise<string[]>;
  /** What the runs have noted on this machine. */
  notes(): Promise<string[]>;
  isSynced(): Promise<boolean>;
  manager(...words: string[]): Promise<ProgramResult>;
  /** The same while nobody answers at the way to the target. */
  outOfReach(...words: string[]): Promise<ProgramResult>;
  check(): Promise<CheckedTask>;
  /** Runs the task slowly, and does something to it when the first block is written; resolves when nothing runs any more. */
  interrupt(how: (manager: number) => Promise<void>): Promise<ProgramResult>;
}

/** A task of which every other block differs, so that each is written by itself; over ssh, the far end has a state of its own. */
async function inPlaceTask(place: Place, keys: Readonly<Record<string, string>> = {}): Promise<InPlaceTask> {
  const folder = await temporaryFolder();
  const [source, target, program] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'bdsync')];
  const image = noise(BLOCK * BLOCKS, 5);
  await writeFile(source, image);
  const old = Buffer.from(image);
  for (let block = 0; block < BLOCKS; block += 2) old.fill(0, block * BLOCK, (block + 1) * BLOCK);
  await writeFile(target, old);
  const stateThere = join(folder, place === 'here' ? 'state' : 'state-there');
  const far = place === 'over ssh' ? quoteWords(OUR_BDSYNC) : quoteWords([nativeBdsync ?? 'none']);
  await writeFile(program, `#!/bin/sh\nexport STATE_DIRECTORY=${stateThere}\nexec ${far} "$@"\n`, {mode: 0o755});
  const connections: Readonly<Record<Place, Readonly<Record<string, string>>>> = {
    here: {},
    'over ssh': {connection_command: sshd?.connectionCommand ?? '', remote_bdsync_bin: program},
    'at a far end of the original': {connection_command: 'env A=1', remote_bdsync_bin: program},
  };
  const config = async (more: Readonly<Record<string, string>>): Promise<string> =>
    await writeConfig(join(folder, 'tasks.conf'), {
      home: {
        source_path: source,
        target_path: target,
        apply_patch_in_place: 'yes',
        state_dir: join(folder, 'state'),
        ...connections[place],
        ...keys,
        ...more,
      },
    });
  const manager = async (...words: string[]): Promise<ProgramResult> =>
    await runProgram(BDSYNC_MANAGER, [...words, '--config', await config({})]);
  const isQuiet = async (): Promise<boolean> => (await processesNaming(target)).length === 0;
  return {
    folder,
    target,
    manager,
    outOfReach: async (...words) =>
      await runProgram(BDSYNC_MANAGER, [
        ...words,
        '--config',
        await config({connection_command: 'ssh -F /dev/null -o BatchMode=yes -p 1 127.0.0.1'}),
      ]),
    marks: () => readdir(join(stateThere, 'incomplete')).catch(() => []),
    notes: () => readdir(join(folder, 'state', 'temporary')),
    isSynced: async () => (await sha256(target)) === (await sha256(source)),
    async check() {
      const result = await manager('check', '--json');
      expect(result.status).toBe(0);
      const report: CheckReport = JSON.parse(result.stdout);
      const [task] = report.tasks;
      if (task === undefined) throw new Error('no task was checked');
      return task;
    },
    async interrupt(how) {
      const before = await sha256(target);
      const run = startProgram(BDSYNC_MANAGER, ['--json', '--config', await config({bandwidth_limit: '200k'})]);
      await until('the first block', async () => (await sha256(target)) !== before);
      await how(run.child.pid ?? 0);
      const result = await run.result;
      await until('the end of all', isQuiet);
      return result;
    },
  };
}

/** Ends programs whose command line has both texts, and others, with kill -9. */
async function killNaming(text: string, other: string, ...more: readonly number[]): Promise<void> {
  const lines = (await processesNaming(text)).filter((line) => line.includes(other));
  expect(lines).not.toEqual([]);
  for (const pid of [...more, ...lines.map((line) => Number.parseInt(line, 10))]) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Another one of them took it along.
    }
  }
}

type Interruption = (task: InPlaceTask) => Promise<ProgramResult>;

const INTERRUPTIONS: readonly (readonly [string, readonly Place[], Interruption])[] = [
  [
    'the manager is killed',
    ['here', 'over ssh'],
    (task) => task.interrupt(async (pid) => void process.kill(pid, 'SIGKILL')),
  ],
  [
    'the program that writes is killed',
    ['here', 'over ssh'],
    (task) => task.interrupt(() => killNaming(task.target, 'bdsync.cjs --patch=')),
  ],
  ['ssh is killed', ['over ssh'], (task) => task.interrupt(() => killNaming(task.target, 'ssh_config'))],
  [
    'all is killed at once, as by a power cut',
    ['here', 'over ssh'],
    (task) => task.interrupt((pid) => killNaming(task.target, 'bdsync', pid)),
  ],
  ['it is told to stop', ['here'], (task) => task.interrupt(async (pid) => void process.kill(pid, 'SIGTERM'))],
];

const PLACES = ['here', 'over ssh'] as const;

describe.each(PLACES)('a run in place, %s, of which the first block is written', (place) => {
  const isSkipped = place === 'over ssh' && noSshd !== undefined;
  for (const [what, places, interrupt] of INTERRUPTIONS) {
    if (!places.includes(place)) continue;
    it.skipIf(isSkipped)(`and then ${what}: that is told until a run has completed the target`, async () => {
      const task = await inPlaceTask(place);
      await interrupt(task);
      expect(await task.isSynced()).toBe(false);
      expect(await task.marks()).toHaveLength(1);
      expect((await task.check()).warnings).toEqual([
        {
          message: expect.stringMatching(
            new RegExp(`^${task.target} on .* is incomplete since ${TIME} \\(task home of \\S+@\\S+\\)$`),
          ),
          hint: expect.stringContaining('run the task again'),
        },
      ]);

      const result = await task.manager('--json', '--log-level', 'info');
      expect(result.status).toBe(0);
      const text = new RegExp(`${task.target} on .* was incomplete since ${TIME} \\(task home .*\\); compared anew`);
      expect(result.stderr).toMatch(text);
      expect(taskReportOf(result)).toMatchObject({
        state: 'synced',
        notes: [expect.stringMatching(text)],
        figures: {proof: {kind: 'in-place'}},
      });
      expect(await task.isSynced()).toBe(true);
      expect([await task.marks(), await task.notes()]).toEqual([[], []]);
      expect((await task.check()).warnings).toEqual([]);
    });
  }
});

const KILL_THE_WRITER: Interruption = (task) => task.interrupt(() => killNaming(task.target, 'bdsync.cjs --patch='));

describe('a target that an interrupted run has left incomplete', () => {
  it.skipIf(noSshd !== undefined)(
    'is told by --dry-run, list, recover and verify, which all leave it as it is',
    async () => {
      const task = await inPlaceTask('over ssh');
      await KILL_THE_WRITER(task);
      const rehearsed = await task.manager('--dry-run', '--json');
      expect(rehearsed.status).toBe(0);
      expect(taskReportOf(rehearsed)).toMatchObject({
        notes: [expect.stringMatching(/is incomplete since .* \(task home/)],
      });

      const line = new RegExp(
        `^home: ${task.target} on ssh .* is incomplete since ${TIME}, unless a run is writing it now$`,
        'm',
      );
      expect(await task.manager('list')).toMatchObject({status: 0, stdout: expect.stringMatching(line)});
      expect(JSON.parse((await task.manager('list', '--json')).stdout)).toMatchObject({
        tasks: [{unfinished: [{kind: 'in-place', target: task.target, since: expect.stringMatching(/^20\S+Z$/)}]}],
      });

      const recovered = await task.manager('recover', '--rollback');
      expect(recovered).toMatchObject({
        status: 3,
        stdout: expect.stringMatching(
          /it may be incomplete since .*neither finished nor undone\n {2}hint: run the task again/,
        ),
      });

      const verified = await task.manager('verify', '--json');
      expect(verified.status).toBe(3);
      expect(taskReportOf(verified)).toMatchObject({
        failure: {code: 'verify-failed'},
        notes: expect.arrayContaining([expect.stringMatching(/is incomplete since .* \(task home/)]),
      });
      expect(await task.isSynced()).toBe(false);
      expect(await task.marks()).toHaveLength(1);

      expect(await task.manager()).toMatchObject({status: 0, stderr: ''});
      expect((await task.manager('list')).stdout).not.toContain('incomplete');
      expect(await task.manager('recover')).toMatchObject({status: 0, stdout: 'nothing to recover\n'});
    },
  );

  it('and that was made equal by other means is told as such by verify, until the next run', async () => {
    const task = await inPlaceTask('here');
    await KILL_THE_WRITER(task);
    await writeFile(task.target, await readFile(join(task.folder, 's.img')));
    const verified = await task.manager('verify', '--json');
    expect(verified.status).toBe(0);
    expect(taskReportOf(verified)).toMatchObject({
      notes: expect.arrayContaining([
        expect.stringMatching(/is incomplete since/),
        'it equals its source all the same: the next run takes that word back',
      ]),
    });
    expect(taskReportOf(await task.manager('--json'))).toMatchObject({state: 'synced', figures: {differingBytes: 0}});
    expect([await task.marks(), await task.notes()]).toEqual([[], []]);
  });

  for (const place of PLACES) {
    it.skipIf(place === 'over ssh' && noSshd !== undefined)(
      `is completed by a sealed patch as well, ${place}`,
      async () => {
        const task = await inPlaceTask(place);
        await KILL_THE_WRITER(task);
        const patches = join(task.folder, 'patches');
        await mkdir(patches);
        const config = join(task.folder, 'tasks.conf');
        const text = await readFile(config, 'utf8');
        await writeFile(config, text.replace('apply_patch_in_place = yes', `target_patch_dir = ${patches}`));
        const result = await runProgram(BDSYNC_MANAGER, ['--config', config, '--json']);
        expect(result.status).toBe(0);
        expect(taskReportOf(result)).toMatchObject({
          notes: [expect.stringMatching(/was incomplete since/)],
          figures: {proof: {kind: 'sealed'}},
        });
        expect(await task.isSynced()).toBe(true);
        expect([await task.marks(), await task.notes()]).toEqual([[], []]);
      },
    );

    it.skipIf(place === 'over ssh' && noSshd !== undefined)(
      `by a mark that is damaged is told, and completed by the next run, ${place}`,
      async () => {
        const task = await inPlaceTask(place);
        await KILL_THE_WRITER(task);
        const folder = join(task.folder, place === 'here' ? 'state' : 'state-there', 'incomplete');
        const [name = ''] = await task.marks();
        expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
        await writeFile(join(folder, name), '{"since":');
        expect((await task.check()).warnings).toEqual([
          {message: expect.stringMatching(/by a mark that cannot be read: .*JSON/), hint: expect.any(String)},
        ]);
        const result = await task.manager('--json');
        expect(result.status).toBe(0);
        expect(taskReportOf(result)).toMatchObject({notes: [expect.stringContaining('a mark that cannot be read')]});
        expect([await task.marks(), await task.notes()]).toEqual([[], []]);
        expect(await task.isSynced()).toBe(true);
      },
    );
  }

  it('by a mark where others may write is told, left alone, and keeps no run from its work', async () => {
    const task = await inPlaceTask('here');
    await KILL_THE_WRITER(task);
    await chmod(join(task.folder, 'state', 'incomplete'), 0o777);
    const result = await task.manager('--json');
    expect(result).toMatchObject({status: 0, stderr: expect.stringContaining('stays marked as incomplete')});
    expect(await task.isSynced()).toBe(true);
    expect(await task.marks()).toHaveLength(1);
  });
});

it.skipIf(nativeBdsync === undefined)('at a far end of the original, this machine keeps it in mind', async () => {
  const task = await inPlaceTask('at a far end of the original');
  await task.interrupt(async (pid) => void process.kill(pid, 'SIGKILL'));
  expect(await task.marks()).toEqual([]);
  expect((await task.check()).warnings).toEqual([
    {
      message: expect.stringMatching(/t\.img on env … is incomplete since .*, unless a run is writing it now$/),
      hint: expect.stringContaining('run the task again'),
    },
  ]);
  const verified = await task.manager('verify', '--json');
  expect(taskReportOf(verified)).toMatchObject({
    failure: {code: 'verify-failed'},
    notes: expect.arrayContaining([expect.stringMatching(/t\.img on env … is incomplete since [^,]*$/)]),
  });
  const result = await task.manager('--json');
  expect(result.status).toBe(0);
  expect(taskReportOf(result).notes).toContainEqual(
    expect.stringMatching(/t\.img on env … was incomplete since .*; compared anew$/),
  );
  expect(await task.isSynced()).toBe(true);
  expect(await task.notes()).toEqual([]);
  expect((await task.check()).warnings).toEqual([]);
});

it.skipIf(noSshd !== undefined)('at a far end that knows no marks, this machine keeps it in mind', async () => {
  const task = await inPlaceTask('over ssh');
  const program = join(task.folder, 'bdsync');
  const lines = (await readFile(program, 'utf8')).split('\n');
  const hold = `case "$1" in --hold*) ${quoteWords(OUR_BDSYNC)} "$@" | sed -u 's/,"mark":null//'; exit;; esac`;
  await writeFile(program, [...lines.slice(0, 2), hold, ...lines.slice(2)].join('\n'));
  await KILL_THE_WRITER(task);
  expect(await task.marks()).toEqual([]);
  expect((await task.check()).warnings).toMatchObject([{message: expect.stringContaining('is incomplete since')}]);
  expect(taskReportOf(await task.outOfReach('--dry-run', '--json'))).toMatchObject({
    notes: [expect.stringContaining('not compared'), expect.stringMatching(/is incomplete since/)],
  });
  expect(await task.manager()).toMatchObject({status: 0, stderr: ''});
  expect(await task.isSynced()).toBe(true);
  expect(await task.notes()).toEqual([]);
});
