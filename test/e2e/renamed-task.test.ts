import {copyFile, mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {quoteWords} from '#dist/hosts/quote.js';
import {noise, sha256} from '../support/images.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

const BYTES = 4 * 1024 * 1024;
const STOP_AT = fileURLToPath(new URL('../faults/stop-at.mjs', import.meta.url));

interface BegunTask {
  readonly folder: string;
  readonly source: string;
  readonly target: string;
  /** What the target had at first. */
  readonly old: string;
  /** Puts other sections into the configuration, with these target paths. */
  configure(sections: Readonly<Record<string, string>>): Promise<void>;
  run(...words: string[]): Promise<ProgramResult>;
  /** What there is of patches, notes and locks. */
  left(): Promise<string[]>;
}

/** A task `home` of which the applier was killed behind its first write to the target. */
async function begunTask(): Promise<BegunTask> {
  const folder = await temporaryFolder();
  const [source, target, program] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'bdsync')];
  await writeFile(source, noise(BYTES, 7));
  await writeFile(target, noise(BYTES, 8));
  await mkdir(join(folder, 'patches'));
  const stop = {role: 'applier', call: 'writev', when: 'after', path: String.raw`/t\.img$`, count: 1};
  await writeFile(
    program,
    `#!/bin/sh
case "$*" in *--sealed=*) if [ ! -e '${folder}/ran' ]; then touch '${folder}/ran'
exec 3<&0
printf '%s\\n' ${quoteWords([JSON.stringify(stop)])} >'${folder}/stop-at.json'
BDSYNC_FAULT_FOLDER='${folder}' NODE_OPTIONS=--import=${STOP_AT} ${quoteWords(OUR_BDSYNC)} "$@" <&3 & pid=$!
while kill -0 $pid 2>/dev/null && [ ! -e '${folder}/stopped' ]; do sleep 0.05; done
kill -KILL $pid; wait $pid; exit 137
fi;; esac
exec ${quoteWords(OUR_BDSYNC)} "$@"
`,
    {mode: 0o755},
  );
  const config = join(folder, 'tasks.conf');
  const state = join(folder, 'state');
  const configure = async (sections: Readonly<Record<string, string>>): Promise<void> => {
    const keys = {
      source_path: source,
      target_patch_dir: join(folder, 'patches'),
      state_dir: state,
      connection_command: 'env A=1',
      remote_bdsync_bin: program,
    };
    const tasks = Object.entries(sections).map(([name, path]) => [name, {...keys, target_path: path}]);
    await writeConfig(config, Object.fromEntries(tasks));
  };
  await configure({home: target});
  const task: BegunTask = {
    folder,
    source,
    target,
    old: await sha256(target),
    configure,
    run: (...words) =>
      runProgram(BDSYNC_MANAGER, [...words, '--config', config], {STATE_DIRECTORY: join(folder, 'remote-state')}),
    async left() {
      const folders = ['patches', 'state/temporary', 'state/locks'];
      return (await Promise.all(folders.map((name) => readdir(join(folder, name))))).flat();
    },
  };
  expect((await task.run('run')).status).toBe(3);
  const mixed = await sha256(target);
  expect([await sha256(source), task.old]).not.toContain(mixed);
  // As a manager that was killed as well leaves it.
  const [note = ''] = await readdir(join(state, 'temporary'));
  await writeFile(join(state, 'locks', note.replace(/json$/, 'lock')), 'pid 1 of root\n');
  expect(await task.left()).toHaveLength(4);
  return task;
}

describe('a section that is renamed after its run was killed', () => {
  it('is told of with the new one, whose next run finishes what was begun', async () => {
    const task = await begunTask();
    await task.configure({house: task.target});
    expect((await task.run('check')).stdout).toMatch(/house: ready\n +warning: .*t\.img on .* is incomplete since/);
    expect((await task.run('list')).stdout).toContain('incomplete');
    const status = await task.run('status', '--json');
    expect(status.status).toBe(3);
    expect(JSON.parse(status.stdout)).toMatchObject({
      level: 'critical',
      goneTasks: [],
      tasks: [{task: 'house', problems: [{kind: 'incomplete'}, {kind: 'never-run'}]}],
    });
    expect((await task.run('run', '--dry-run')).stdout).toContain('is incomplete since');
    expect(await task.left()).toHaveLength(4);
    const run = await task.run('run', '--log-level', 'info');
    expect(run.status).toBe(0);
    expect(run.stderr).toMatch(/took over what an interrupted run of task home began.*\n[^]*was finished first/);
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.left()).toEqual([]);
    expect((await task.run('status')).status).toBe(0);
  });

  for (const [words, end] of [
    [['recover'], 'new'],
    [['recover', '--rollback'], 'old'],
    [['recover', '--task', 'house'], 'new'],
  ] as const) {
    it(`is settled by ${words.join(' ')} of the new one`, async () => {
      const task = await begunTask();
      await task.configure({house: task.target});
      const recover = await task.run(...words, '--json');
      expect(recover.status).toBe(0);
      const state = end === 'new' ? 'finished' : 'undone';
      expect(JSON.parse(recover.stdout)).toMatchObject({applications: [{task: 'house', target: task.target, state}]});
      expect(await sha256(task.target)).toBe(end === 'new' ? await sha256(task.source) : task.old);
      expect(await task.left()).toEqual([]);
    });
  }

  it('is never undone over what the new one has written', async () => {
    const task = await begunTask();
    await task.configure({house: task.target});
    await rename(join(task.folder, 'patches'), join(task.folder, 'away'));
    await mkdir(join(task.folder, 'patches'));
    expect((await task.run('run')).status).toBe(0);
    await rename(join(task.folder, 'patches'), join(task.folder, 'empty'));
    await rename(join(task.folder, 'away'), join(task.folder, 'patches'));
    await task.run('recover', '--rollback');
    expect(await sha256(task.target)).toBe(await sha256(task.source));
  });
});

describe('a section that is removed after its run was killed', () => {
  it('is told of, and settled by recover, with its patch, its note and its lock', async () => {
    const task = await begunTask();
    const other = join(task.folder, 'other.img');
    await writeFile(other, noise(BYTES, 9));
    await task.configure({other});
    const told = /t\.img on .* is incomplete since .*, left so by task home, which is not configured any more/;
    expect((await task.run('check')).stdout).toMatch(told);
    const status = await task.run('status');
    expect(status).toMatchObject({status: 3, stdout: expect.stringMatching(told)});
    expect((await task.run('status', '--nagios')).stdout).toMatch(/^BDSYNC CRITICAL - .*home: .*t\.img/);
    const run = await task.run('run');
    expect(run).toMatchObject({status: 0, stderr: expect.stringMatching(told)});
    expect(run.stderr).toContain("hint: 'bdsync-manager recover' finishes it, with --rollback it undoes it");
    expect(JSON.parse((await task.run('recover', '--task', 'other', '--json')).stdout)).toMatchObject({
      applications: [],
    });
    expect(await task.left()).toHaveLength(4);
    const recover = await task.run('recover');
    expect(recover).toMatchObject({status: 0, stdout: expect.stringMatching(/^home: .*t\.img on .*: was finished\n$/)});
    expect(await sha256(task.target)).toBe(await sha256(task.source));
    expect(await task.left()).toEqual([]);
    expect(await task.run('status')).toMatchObject({status: 0, stdout: expect.not.stringContaining('home')});
    expect((await task.run('log')).stdout).toContain('recover');
  });

  it('is undone by recover --rollback', async () => {
    const task = await begunTask();
    await task.configure({other: join(task.folder, 'other.img')});
    expect(await task.run('recover', '--rollback')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^home: .*: was undone\n$/),
    });
    expect(await sha256(task.target)).toBe(task.old);
    expect(await task.left()).toEqual([]);
  });

  it('is left alone where another configuration file had it', async () => {
    const task = await begunTask();
    await task.configure({other: join(task.folder, 'other.img')});
    const theirs = join(task.folder, 'theirs.conf');
    await copyFile(join(task.folder, 'tasks.conf'), theirs);
    const mixed = await sha256(task.target);
    const runTheirs = (word: string) => runProgram(BDSYNC_MANAGER, [word, '--config', theirs]);
    expect(await runTheirs('recover')).toMatchObject({status: 0, stdout: 'nothing to recover\n'});
    expect((await runTheirs('check')).stdout).not.toContain('t.img');
    expect(await sha256(task.target)).toBe(mixed);
    expect(await task.left()).toHaveLength(4);
  });

  it('is no success where patch and journal are gone: the note is told, with the way out', async () => {
    const task = await begunTask();
    await task.configure({other: join(task.folder, 'other.img')});
    const patches = join(task.folder, 'patches');
    for (const name of await readdir(patches)) await rm(join(patches, name));
    const {status, stdout} = await task.run('recover', '--json');
    expect(status).toBe(3);
    const [{hint}] = JSON.parse(stdout).applications;
    const note = /remove (.*\.json)$/.exec(hint)?.[1] ?? '';
    expect(await readFile(note, 'utf8')).toContain('"kind":"incomplete"');
  });
});
