import {appendFile, copyFile, mkdir, readdir, readFile, rename, rm, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {EXIT_STATUS} from '#dist/cli/manager/exit-status.js';
import {quoteWords} from '#dist/hosts/quote.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {configOrigin, taskId} from '#dist/tasks/state/task-id.js';
import {noise, sha256, writePair} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {taskReportOf} from '../support/reports.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER, type ProgramResult, runProgram, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';
import {writeConfig} from '../support/write-config.js';

if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

const BYTES = 8 * 1024 * 1024;
const FAIL_READ = fileURLToPath(new URL('../faults/fail-read.mjs', import.meta.url));
const STOP_AT = fileURLToPath(new URL('../faults/stop-at.mjs', import.meta.url));

interface SealedTask {
  readonly folder: string;
  readonly source: string;
  readonly target: string;
  /** What the target had at first. */
  readonly old: string;
  run(...words: string[]): Promise<ProgramResult>;
  /** What there is in the folder for patches. */
  stored(): Promise<string[]>;
}

/**
 * A task that stores its patch. `applier` is what a shell does in place of the first program that applies it; it has the
 * words in `"$@"`, and ours in `$BDSYNC`.
 */
async function sealedTask(
  where: 'here' | 'behind a connection',
  applier?: string,
  bdsyncArgs?: string,
): Promise<SealedTask> {
  const folder = await temporaryFolder();
  const [source, target, program] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'bdsync')];
  await writePair(source, target, BYTES, 0);
  await writeFile(source, noise(BYTES, 7));
  await writeFile(target, noise(BYTES, 8));
  await mkdir(join(folder, 'patches'));
  const once = applier ? `if [ ! -e ${folder}/ran ]; then touch ${folder}/ran\n${applier}\nfi;` : '';
  const lines = ['#!/bin/sh', `case "$*" in *--sealed=*) ${once} ;; esac`, 'exec $BDSYNC "$@"', ''];
  await writeFile(program, lines.join('\n').replaceAll('$BDSYNC', quoteWords(OUR_BDSYNC)), {mode: 0o755});
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    home: {
      source_path: source,
      target_path: target,
      target_patch_dir: join(folder, 'patches'),
      state_dir: join(folder, 'state'),
      ...(bdsyncArgs === undefined ? {} : {bdsync_args: bdsyncArgs}),
      ...(where === 'here' ? {} : {connection_command: 'env A=1', remote_bdsync_bin: program}),
    },
  });
  return {
    folder,
    source,
    target,
    old: await sha256(target),
    run: (...words) =>
      runProgram(BDSYNC_MANAGER, [...words, '--config', config], {STATE_DIRECTORY: join(folder, 'remote-state')}),
    stored: () => readdir(join(folder, 'patches')),
  };
}

/** Ends the applier as a power cut would, behind its first write to the target. */
const KILLED_WHILE_WRITING = `
# In the background it would read nothing.
exec 3<&0
folder=\${0%/*}
printf '%s\\n' '{"role":"applier","call":"writev","when":"after","path":"/t\\\\.img$","count":1}' >"$folder/stop-at.json"
BDSYNC_FAULT_FOLDER=$folder NODE_OPTIONS=--import=${STOP_AT} $BDSYNC "$@" <&3 & pid=$!
while kill -0 $pid 2>/dev/null && [ ! -e "$folder/stopped" ]; do sleep 0.05; done
kill -KILL $pid; wait $pid; exit 137`;

describe('a run with a patch file', () => {
  for (const where of ['here', 'behind a connection'] as const) {
    it(`${where}: the patch is sealed, applied as a whole and read back; nothing stays`, async () => {
      const task = await sealedTask(where);
      const result = await task.run('--json');
      expect(result).toMatchObject({status: 0, stderr: ''});
      expect(taskReportOf(result)).toMatchObject({
        notes: [],
        figures: {proof: {kind: 'sealed', readBack: expect.stringMatching(/^(direct|cached)$/)}},
      });
      expect(await sha256(task.target)).toBe(await sha256(task.source));
      expect(await task.stored()).toEqual([]);
      expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
    });
  }

  it('refuses a target that changed since it was compared, and leaves it and the folder as they were', async () => {
    const task = await sealedTask(
      'behind a connection',
      'target=; for word in "$@"; do case "$word" in --patch=*) target=${word#--patch=};; esac; done; printf changed | dd of="$target" conv=notrunc bs=1 seek=50000 2>/dev/null',
    );
    const result = await task.run('--json');
    expect(result.status).toBe(3);
    expect(taskReportOf(result)).toMatchObject({
      failure: {code: 'target-changed', stage: 'apply', target: {state: 'untouched'}},
    });
    expect(await task.stored()).toEqual([]);
    expect(await task.run('--json')).toMatchObject({status: 0});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
  });

  it('says so where the bdsync at the target knows no seals', async () => {
    const task = await sealedTask('behind a connection');
    const program = join(task.folder, 'bdsync');
    const lines = (await readFile(program, 'utf8')).split('\n');
    const hold = `case "$1" in --hold*) ${quoteWords(OUR_BDSYNC)} "$@" | sed -u 's/,"lastingIdentity":"[^"]*"//'; exit;; esac`;
    await writeFile(program, [lines[0], hold, ...lines.slice(1)].join('\n'));
    const result = await task.run('--json');
    expect(result).toMatchObject({status: 0});
    expect(taskReportOf(result)).toMatchObject({
      notes: [expect.stringContaining('knows no sealed patches')],
      figures: {proof: {kind: 'patch-stored'}},
    });
    expect(await sha256(task.target)).toBe(await sha256(task.source));
  });
});

async function killed(bdsyncArgs?: string): Promise<SealedTask> {
  const task = await sealedTask('behind a connection', KILLED_WHILE_WRITING, bdsyncArgs);
  const result = await task.run('--json');
  expect(taskReportOf(result)).toMatchObject({failure: {target: {state: 'partly-written'}}});
  expect((await task.stored()).toSorted()).toEqual([
    expect.stringMatching(/^patch-.*\.bdsync$/),
    expect.stringMatching(/^patch-.*\.bdsync\.journal$/),
  ]);
  expect(await sha256(task.target)).not.toBe(task.old);
  expect(await sha256(task.target)).not.toBe(await sha256(task.source));
  return task;
}

describe('an application that was killed while it wrote', () => {
  it('is finished by the next run, which sends nothing of it again', async () => {
    const task = await killed();
    const result = await task.run('--json');
    expect(result).toMatchObject({status: 0, stderr: ''});
    const report = taskReportOf(result);
    expect(report).toMatchObject({
      notes: [expect.stringContaining('finished first, without sending it again')],
      figures: {differingBytes: 0},
    });
    if (report.state === 'synced') expect(report.figures.sentBytes).toBeLessThan(BYTES / 10);
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual([]);
    expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
  });

  it('is told by check, finished by recover, and then there is nothing to recover', async () => {
    const task = await killed();
    expect((await task.run('check')).stdout).toMatch(/is incomplete since.*\n.*the next run finishes it first/);
    expect(await task.run('recover')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('was finished'),
    });
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual([]);
    expect(await task.run('recover')).toMatchObject({status: 0, stdout: 'nothing to recover\n'});
  });

  it('is undone by recover --rollback', async () => {
    const task = await killed();
    const result = await task.run('recover', '--rollback', '--task', 'home', '--json');
    expect(JSON.parse(result.stdout)).toMatchObject({
      rollback: true,
      applications: [{task: 'home', target: task.target, state: 'undone'}],
    });
    expect(await sha256(task.target)).toBe(task.old);
    expect(await task.stored()).toEqual([]);
  });

  for (const [signal, told] of [
    ['SIGTERM', 'cancelled'],
    ['SIGKILL', 'did not end'],
  ] as const) {
    it(`is finished by the next recover where one was ended by ${signal}, of which log tells`, async () => {
      const task = await killed();
      const [program, healthy] = [join(task.folder, 'bdsync'), join(task.folder, 'healthy')];
      await rename(program, healthy);
      const hang = `touch ${task.folder}/recovering; while kill -0 $PPID; do sleep 0.1; done`;
      await writeFile(program, `#!/bin/sh\ncase "$*" in *--recover*) ${hang};; esac\nexec ${healthy} "$@"\n`, {
        mode: 0o755,
      });
      const recovery = startProgram(BDSYNC_MANAGER, ['recover', '--config', join(task.folder, 'tasks.conf')]);
      await until('the recovery', async () => (await readdir(task.folder)).includes('recovering'));
      expect((await task.run('log')).stdout).toMatch(/home +recover +under way/);
      recovery.child.kill(signal);
      const {status} = await recovery.result;
      if (signal === 'SIGTERM') expect(status).toBe(EXIT_STATUS.cancelled);
      expect((await task.run('log')).stdout).toMatch(new RegExp(`home +recover +${told}`));
      await rename(healthy, program);
      expect(await task.run('recover')).toMatchObject({status: 0, stdout: expect.stringContaining('was finished')});
      expect((await task.run('log')).stdout).toMatch(new RegExp(`recover +${told}.*\\n.*recover +recovered`));
      expect(await sha256(task.target)).toBe(await sha256(task.source));
    });
  }

  it('with a journal that was damaged is refused and told, and the next run compares anew', async () => {
    const task = await killed();
    const journal = (await task.stored()).find((name) => name.endsWith('.journal')) ?? '';
    const path = join(task.folder, 'patches', journal);
    const bytes = await readFile(path);
    bytes.fill(0, 1_000_000, 1_000_016);
    await writeFile(path, bytes);
    const refused = await task.run('recover', '--rollback');
    expect(refused).toMatchObject({status: 3, stdout: expect.stringContaining(`${path} on env`)});
    const result = await task.run('--json');
    expect(result.status).toBe(0);
    expect(await sha256(task.target)).toBe(await sha256(task.source));
  });

  it('with a patch that was damaged is undone by the next run, which then compares anew', async () => {
    const task = await killed();
    const patch = (await task.stored()).find((name) => name.endsWith('.bdsync')) ?? '';
    const path = join(task.folder, 'patches', patch);
    const bytes = await readFile(path);
    bytes.fill(0, 1_000_000, 1_000_016);
    await writeFile(path, bytes);
    expect(await task.run('recover')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining("'bdsync-manager recover --rollback' undoes it"),
    });
    const result = await task.run('--json');
    expect(result).toMatchObject({status: 0, stderr: expect.stringContaining('its patch is damaged')});
    expect(taskReportOf(result)).toMatchObject({notes: [expect.stringContaining('was undone first')]});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual([]);
    expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
  });

  it('with a patch that was cut off can be neither finished nor undone, and nothing else is promised', async () => {
    const task = await killed();
    const patch = (await task.stored()).find((name) => name.endsWith('.bdsync')) ?? '';
    await truncate(join(task.folder, 'patches', patch), 1000);
    const refused = await task.run('recover');
    expect(refused).toMatchObject({status: 3, stdout: expect.stringContaining('if nobody needs what was there')});
    expect(refused.stdout).not.toContain('undoes it');
    expect(await task.run('recover', '--rollback')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('is cut off, or damaged at its end'),
    });
    const result = await task.run('--json');
    expect(result).toMatchObject({status: 0, stderr: expect.stringContaining('cannot be finished')});
    expect(result.stderr).not.toContain('undoes it');
    expect(await sha256(task.target)).toBe(await sha256(task.source));
  });

  it('on a file that another one has taken the place of is told and kept, and the next run compares anew', async () => {
    const task = await killed();
    await copyFile(task.target, join(task.folder, 'other.img'));
    await rename(join(task.folder, 'other.img'), task.target);
    const stored = await task.stored();
    const result = await task.run('--json');
    expect(result).toMatchObject({status: 0, stderr: expect.stringContaining('cannot be finished')});
    expect(taskReportOf(result)).toMatchObject({notes: [expect.stringContaining('if nobody needs what was there')]});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual(stored);
    // The target is whole: what is left are files.
    const [path] = stored.filter((name) => name.endsWith('.bdsync'));
    const leftOver = {kind: 'left-over', level: 'warning', text: expect.stringContaining(`${path} on env`)};
    expect(JSON.parse((await task.run('status', '--json')).stdout).tasks).toMatchObject([{problems: [leftOver]}]);
    const {stdout: checked} = await task.run('check');
    expect(checked).toMatch(/left over: the patch .* was brought in step at/);
    expect(checked).not.toContain('is incomplete');
    for (const name of stored) await rm(join(task.folder, 'patches', name));
    expect(await task.run('--json')).toMatchObject({status: 0, stderr: ''});
    expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
  });
});

/** Puts the original program, or ours as far as it does the same, in the place of that at the target. */
async function replaceWithOriginal({folder}: SealedTask, original?: string): Promise<void> {
  const refusal = 'echo "$0: unrecognized option" >&2; exit 1';
  const script = original
    ? `exec ${quoteWords([original])} "$@"`
    : `case "$*" in *--sealed* | *--hold* | *--version*) ${refusal};; esac; exec ${quoteWords(OUR_BDSYNC)} "$@"`;
  await writeFile(join(folder, 'bdsync'), `#!/bin/sh\n${script}\n`, {mode: 0o755});
}

/** What nobody can read puts off no night: the target is compared anew, and what is left over is told until it is gone. */
async function expectComparedAnew(task: SealedTask, reason: RegExp): Promise<void> {
  const refused = await task.run('recover');
  expect(refused).toMatchObject({status: 3, stdout: expect.stringMatching(reason)});
  const result = await task.run('--json');
  expect(result).toMatchObject({status: 0, stderr: expect.stringMatching(reason)});
  expect(taskReportOf(result).notes[0]).toContain('cannot be finished');
  expect(await sha256(task.target)).toBe(await sha256(task.source));
  // Nor does it the next one.
  await writeFile(task.source, noise(BYTES, 9));
  expect((await task.run('--json')).status).toBe(0);
  expect(await sha256(task.target)).toBe(await sha256(task.source));
  for (const name of await task.stored()) await rm(join(task.folder, 'patches', name), {recursive: true});
  expect(await task.run('--json')).toMatchObject({status: 0, stderr: ''});
  expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
}

describe('an application that was killed, and cannot be got at', () => {
  it('as its target is gone: the next run creates the target anew', async () => {
    const task = await killed();
    await appendFile(join(task.folder, 'tasks.conf'), 'create_target_if_missing = yes\n');
    await rm(task.target);
    await expectComparedAnew(task, /it does not exist/);
  });

  for (const [what, ending, reason] of [
    ['patch', '.bdsync', /\.bdsync: it is a folder/],
    ['journal', '.journal', /\.journal does not begin as an undo journal/],
  ] as const) {
    it(`as its ${what} cannot be read: the next run compares anew`, async () => {
      const task = await killed();
      const name = (await task.stored()).find((each) => each.endsWith(ending)) ?? '';
      const path = join(task.folder, 'patches', name);
      await rm(path);
      await mkdir(path);
      await expectComparedAnew(task, reason);
    });
  }

  for (const [what, program] of [
    ['one that knows no seals', undefined],
    ['the original one', nativeBdsync],
  ] as const) {
    it.skipIf(what === 'the original one' && program === undefined)(
      `as the bdsync there is ${what} now: the next run compares anew with that`,
      async () => {
        const task = await killed();
        await replaceWithOriginal(task, program);
        expect((await task.run('check')).stdout).toMatch(/install it there.*; else the next run compares anew/);
        await expectComparedAnew(task, /status 1 .*install it there.*remove .*\.journal on env/s);
      },
    );
  }

  it('as its patch has a place that cannot be read: its journal undoes it, and the run compares anew', async () => {
    const task = await killed();
    await rename(join(task.folder, 'bdsync'), join(task.folder, 'healthy'));
    const lines = ['#!/bin/sh', `export BDSYNC_FAIL_READ='\\.bdsync$' NODE_OPTIONS=--import=${FAIL_READ}`];
    await writeFile(join(task.folder, 'bdsync'), [...lines, 'exec "${0%/*}/healthy" "$@"', ''].join('\n'), {
      mode: 0o755,
    });
    expect(await task.run('recover')).toMatchObject({
      status: 3,
      stdout: expect.stringMatching(
        /position 1048576: input\/output error.*'bdsync-manager recover --rollback' undoes it/s,
      ),
    });
    const undone = await task.run('recover', '--rollback');
    expect(undone).toMatchObject({status: 0, stdout: expect.stringContaining('was undone')});
    expect(await sha256(task.target)).toBe(task.old);
  });

  it('keeps no other one from being finished by recover', async () => {
    const task = await killed();
    const [file = ''] = await readdir(join(task.folder, 'state', 'temporary'));
    const path = join(task.folder, 'state', 'temporary', file);
    const {records}: {records: object[]} = JSON.parse(await readFile(path, 'utf8'));
    const away = {connection: ['sh', '-c', 'exit 255'], targetPath: '/srv/former.img'};
    await writeFile(path, JSON.stringify({records: [...records.map((record) => ({...record, ...away})), ...records]}));
    const result = await task.run('recover', '--json');
    expect(result.status).toBe(3);
    expect(JSON.parse(result.stdout)).toMatchObject({
      applications: [
        {target: '/srv/former.img', state: 'failed'},
        {target: task.target, state: 'finished'},
      ],
    });
    expect(await sha256(task.target)).toBe(await sha256(task.source));
  });
});

it('a run that finished an application and failed behind that says so, and not that the target was not touched', async () => {
  const task = await killed();
  await truncate(task.source, BYTES / 2);
  const result = await task.run('--json');
  expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('was finished or undone')});
  expect(result.stderr).not.toContain('was not touched');
  expect(taskReportOf(result)).toMatchObject({failure: {code: 'size-mismatch', target: {state: 'recovered'}}});
});

/** Cuts a place off half-written, where the patch has been written already. */
async function tearTarget({target, source}: SealedTask): Promise<void> {
  const [found, brought] = [await readFile(target), await readFile(source)];
  const written = found.findIndex((byte, index) => byte !== brought[index]) - 4096;
  expect(written).toBeGreaterThan(0);
  found.fill(0, written, written + 1024);
  await writeFile(target, found);
}

describe('a note that cannot be understood', () => {
  it.each(['', '{', 'null', '[]', '{"records":[{"kind":"newer"}]}'])(
    'is told by check and recover, which is no success, and puts off no run: %s',
    async (text) => {
      const task = await sealedTask('here');
      const config = join(task.folder, 'tasks.conf');
      const id = taskId('home', await configOrigin(config));
      await (await Leftovers.open(join(task.folder, 'state'), id)).add({kind: 'unknown', file: '', content: 1});
      const file = join(task.folder, 'state', 'temporary', `${id}.json`);
      await writeFile(file, text);
      const told = `in ${file} cannot be understood, and is kept; the target may be incomplete`;
      expect(await task.run('recover')).toMatchObject({status: 3, stdout: expect.stringContaining(told)});
      expect(await task.run('check')).toMatchObject({status: 0, stdout: expect.stringContaining(told)});
      expect((await task.run()).status).toBe(0);
      expect(await sha256(task.target)).toBe(await sha256(task.source));
    },
  );
});

describe('what is stored of an application', () => {
  it('without its journal on a target that is neither old nor new is never told as done', async () => {
    const task = await killed();
    await tearTarget(task);
    const journal = (await task.stored()).find((name) => name.endsWith('.journal')) ?? '';
    await rm(join(task.folder, 'patches', journal));
    for (const reason of [/may be incomplete since .*no journal to tell.*\n.*has changed since/, /may be incomplete/]) {
      const told = await task.run('recover');
      expect(told).toMatchObject({status: 3, stdout: expect.stringMatching(reason)});
      expect(told.stdout).toContain('run the task again');
    }
    expect(await task.stored()).toEqual([]);
    expect((await task.run('check')).stdout).toContain('is incomplete since');
    expect((await task.run()).status).toBe(0);
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect((await task.run('check')).stdout).not.toContain('incomplete');
    expect(await task.run('recover')).toMatchObject({status: 0, stdout: 'nothing to recover\n'});
  });

  it('without its journal on such a target is told by a run that compares anew', async () => {
    const task = await killed();
    await tearTarget(task);
    const journal = (await task.stored()).find((name) => name.endsWith('.journal')) ?? '';
    await rm(join(task.folder, 'patches', journal));
    const result = await task.run('--json');
    expect(result).toMatchObject({status: 0, stderr: expect.stringContaining('is of no use any more')});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual([]);
    expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
  });

  it('without its journal cannot be undone, which is told as it is, but finished', async () => {
    const task = await killed();
    const journal = (await task.stored()).find((name) => name.endsWith('.journal')) ?? '';
    await rm(join(task.folder, 'patches', journal));
    expect(await task.run('recover', '--rollback')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('it has been applied in part, and there is no undo journal any more'),
    });
    expect(await task.run('recover')).toMatchObject({status: 0, stdout: expect.stringContaining('was finished')});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
  });

  it('that could not be finished is not written over what a later run has completed', async () => {
    const task = await killed('--diffsize=resize');
    const stored = await task.stored();
    await truncate(task.target, BYTES / 2);
    expect(await task.run('--json')).toMatchObject({status: 0, stderr: expect.stringContaining('cannot be finished')});
    // As long again as the patch would make it, and newer than that.
    await writeFile(task.source, noise(BYTES, 9));
    expect(await task.run('--json')).toMatchObject({status: 0, stderr: expect.stringContaining('cannot be finished')});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    for (const words of [[], ['--rollback']]) {
      expect(await task.run('recover', ...words)).toMatchObject({
        status: 3,
        stdout: expect.stringContaining('is not written over'),
      });
    }
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual(stored);
  });

  it('is missed while its folder is not there, and finished when it is there again', async () => {
    const task = await killed();
    const [patches, away] = [join(task.folder, 'patches'), join(task.folder, 'away')];
    await rename(patches, away);
    expect(await task.run('recover')).toMatchObject({status: 3, stdout: expect.stringContaining(patches)});
    expect((await task.run('check')).stdout).toMatch(/cannot be looked for \(.*\): .*; else it compares anew/);
    expect(await task.run('list')).toMatchObject({stdout: expect.stringContaining('is incomplete since')});
    await rename(away, patches);
    expect(await task.run('recover')).toMatchObject({status: 0, stdout: expect.stringContaining('was finished')});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual([]);
  });

  it('is missed while another folder is at the place of its own, and finished when that is there again', async () => {
    const task = await killed();
    const [patches, away] = [join(task.folder, 'patches'), join(task.folder, 'away')];
    await rename(patches, away);
    await mkdir(patches);
    const missed = await task.run('recover');
    expect(missed).toMatchObject({status: 3, stdout: expect.stringContaining('another folder is at the place')});
    expect(missed.stdout).not.toContain('somebody has removed');
    expect((await task.run('check')).stdout).toMatch(/cannot be looked for \(another folder .*\): .*compares anew/);
    await rm(patches, {recursive: true});
    await rename(away, patches);
    expect(await task.run('recover')).toMatchObject({status: 0, stdout: expect.stringContaining('was finished')});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.stored()).toEqual([]);
  });

  it('in a folder that another one has taken the place of is told by each run until it is removed', async () => {
    const task = await killed();
    const stored = await task.stored();
    const [patches, away] = [join(task.folder, 'patches'), join(task.folder, 'away')];
    await rename(patches, away);
    await mkdir(patches);
    for (const _ of ['one night', 'the next']) {
      const result = await task.run('--json');
      expect(result).toMatchObject({status: 0, stderr: expect.stringContaining('another folder is at the place')});
      expect(await sha256(task.target)).toBe(await sha256(task.source));
    }
    await rm(patches, {recursive: true});
    await rename(away, patches);
    expect((await task.run('check')).stdout).toMatch(/left over: the patch .* was brought in step at/);
    for (const name of stored) await rm(join(patches, name));
    expect(await task.run('--json')).toMatchObject({status: 0, stderr: ''});
    expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
  });

  it('and was removed by hand leaves the target known to be incomplete, until the next run', async () => {
    const task = await killed();
    const stored = (await task.stored()).toSorted();
    for (const [name, gone] of [
      [stored[0], 'its patch is gone'],
      [stored[1], 'patch and journal are gone'],
    ] as const) {
      await rm(join(task.folder, 'patches', name ?? ''));
      const {stdout: checked} = await task.run('check');
      expect(checked).toMatch(new RegExp(`is incomplete since.*\\n.*${gone}; run the task again: it compares anew`));
      expect(checked).not.toContain('finishes it');
    }
    expect(await task.run('recover')).toMatchObject({status: 3, stdout: expect.stringContaining('run the task again')});
    expect(await task.run('list')).toMatchObject({stdout: expect.stringContaining('is incomplete since')});
    const result = await task.run('--json');
    expect(taskReportOf(result)).toMatchObject({notes: [expect.stringContaining('was incomplete since')]});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
  });
});

it('a manager that is killed while the patch is applied leaves that to the next run', async () => {
  const task = await sealedTask('here');
  const words = ['--config', join(task.folder, 'tasks.conf'), '--log-level=debug'];
  const run = startProgram(BDSYNC_MANAGER, words, {STATE_DIRECTORY: join(task.folder, 'remote-state')});
  await until('the journal', async () => (await task.stored()).some((name) => name.includes('.journal')));
  run.child.kill('SIGKILL');
  await run.result;
  const result = await task.run('--json');
  expect(result.status).toBe(0);
  expect(taskReportOf(result)).toMatchObject({figures: {differingBytes: 0}});
  expect(await sha256(task.target)).toBe(await sha256(task.source));
  expect(await task.stored()).toEqual([]);
});
