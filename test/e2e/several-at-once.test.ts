import {mkdir, readdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {quoteWord, quoteWords} from '#dist/hosts/quote.js';
import {sha256} from '../support/images.js';
import {
  type Keys,
  orderIn,
  parallelWorld,
  sourceOf,
  statesOf,
  targetOf,
  writeScript,
} from '../support/parallel-world.js';
import {processesNaming} from '../support/processes-naming.js';
import {reportOf} from '../support/reports.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {until} from '../support/until.js';

/** Fails unless as many as `count` tasks are at this place at the same time. */
async function meeting(folder: string, count: number, tries: number): Promise<string> {
  const there = quoteWord(join(folder, 'there'));
  return await writeScript(
    join(folder, 'meet'),
    `mkdir -p ${there} && : >${there}/"$BDSYNC_TASK" || exit 2`,
    `for _ in $(seq ${tries}); do [ "$(ls ${there} | wc -l)" -ge ${count} ] && exit 0; sleep 0.1; done`,
    'exit 1',
  );
}

/** on_start and the other hooks, of which one lets a single task pass at a time and notes the order. */
async function narrowPassage(folder: string): Promise<Keys> {
  const inside = quoteWord(join(folder, 'inside'));
  const enter = `mkdir ${inside} && echo "$BDSYNC_TASK" >>${quoteWord(join(folder, 'order'))}`;
  const leave = await writeScript(join(folder, 'leave'), `rmdir ${inside}`);
  return {on_start: await writeScript(join(folder, 'enter'), enter), on_success: leave, on_failure: leave};
}

const LONG_ENOUGH = 300;

describe('run --jobs', () => {
  it('runs tasks at the same time, and reports them in their order', async () => {
    const {folder, run, isCopied} = await parallelWorld(['slow', 'b', 'c'], async (name, at) => ({
      on_start: await meeting(at, 3, LONG_ENOUGH),
      // The first one is not the first to end.
      ...(name === 'slow' ? {bandwidth_limit: '60k'} : {}),
    }));
    const result = await run('--jobs=3', '--json');
    expect(result).toMatchObject({status: 0, stderr: ''});
    expect(statesOf(result)).toEqual(['slow synced', 'b synced', 'c synced']);
    for (const name of ['slow', 'b', 'c']) expect(await isCopied(name)).toBe(true);
    expect(await readdir(join(folder, 'state', 'locks'))).toEqual([]);
  });

  it.for([[['--jobs=3', '--jobs-per-host=1']], [['--jobs=1']], [[]]])(
    'with %j runs one at a time',
    async ([options = []]) => {
      const {folder, run} = await parallelWorld(['a', 'b'], async (_name, at) => await narrowPassage(at));
      const result = await run(...options, '--json');
      expect(statesOf(result)).toEqual(['a synced', 'b synced']);
      expect(await orderIn(folder)).toEqual(['a', 'b']);
    },
  );

  it('tells of one that fails, by its status as well, and the others go on', async () => {
    const {run, isCopied} = await parallelWorld(['a', 'bad', 'c'], (name) =>
      name === 'bad' ? {source_path: '/no/such/source'} : {},
    );
    const result = await run('--jobs=2', '--json');
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(/^\[Task bad\] ERROR: .*\/no\/such\/source does not exist/);
    expect(statesOf(result)).toEqual(['a synced', 'bad failed', 'c synced']);
    for (const name of ['a', 'c']) expect(await isCopied(name)).toBe(true);
  });

  it('remembers all of them, and the figures of all, and warns of nothing, when many end at once', async () => {
    const names = Array.from({length: 14}, (_, index) => `t${index}`);
    const {folder, run} = await parallelWorld(names, (_name, at) => ({metrics_file: join(at, 'figures.prom')}));
    expect(await run('--jobs=14')).toEqual({status: 0, signal: undefined, stdout: '', stderr: ''});
    const log: unknown = JSON.parse((await run('log', '--json')).stdout);
    expect(log).toMatchObject({runs: {length: names.length}});
    const figures = await readFile(join(folder, 'figures.prom'), 'utf8');
    for (const name of names) expect(figures).toMatch(new RegExp(`last_success.*task="${name}".* [1-9]`));
  });

  it('compares for verify, too', async () => {
    const {run} = await parallelWorld(['a', 'b'], () => ({}));
    expect((await run('--jobs=2')).status).toBe(0);
    const result = await run('verify', '--jobs=2', '--json');
    expect(statesOf(result)).toEqual(['a verified', 'b verified']);
  });
});

describe('tasks that need the same', () => {
  it('run in their order, one after the other: one target by several paths', async () => {
    const {folder, run} = await parallelWorld(['a', 'b', 'c'], async (name, at) => {
      if (name !== 'a') await symlink(targetOf(at, 'a'), join(at, `alias-${name}`));
      return {
        ...(await narrowPassage(at)),
        source_path: sourceOf(at, 'a'),
        ...(name === 'a' ? {} : {target_path: join(at, `alias-${name}`)}),
      };
    });
    const result = await run('--jobs=3', '--json');
    expect(result.stderr).toBe('');
    expect(statesOf(result)).toEqual(['a synced', 'b synced', 'c synced']);
    expect(await orderIn(folder)).toEqual(['a', 'b', 'c']);
  });

  it('run in their order, one after the other: a copy that is copied on', async () => {
    const {folder, run} = await parallelWorld(['a', 'b'], async (name, at) => ({
      ...(await narrowPassage(at)),
      // The sizes of the two pairs differ.
      ...(name === 'b' ? {source_path: targetOf(at, 'a'), bdsync_args: '--diffsize=resize'} : {}),
    }));
    const result = await run('--jobs=2', '--json');
    expect(statesOf(result)).toEqual(['a synced', 'b synced']);
    expect(await orderIn(folder)).toEqual(['a', 'b']);
    expect(await sha256(targetOf(folder, 'b'))).toBe(await sha256(sourceOf(folder, 'a')));
  });

  it('wait for each other where only the far end shows that it is one device', async () => {
    const {folder, start} = await parallelWorld(['a', 'b'], async (name, at) => ({
      source_path: sourceOf(at, 'a'),
      target_path: targetOf(at, 'a'),
      connection_command: `env HOST=${name}`,
      remote_bdsync_bin: await writeScript(
        join(at, 'bdsync'),
        `case $1 in --server*) while [ ! -e ${quoteWord(join(at, 'go-on'))} ]; do sleep 0.05; done;; esac`,
        `exec ${quoteWords(OUR_BDSYNC)} "$@"`,
      ),
    }));
    const run = start('--jobs=2', '--json', '--log-level=info');
    await run.untilStderr(/INFO: waiting for another task of this run: it writes \S+a-target.img/);
    await writeFile(join(folder, 'go-on'), '');
    const result = await run.result;
    expect(result.status).toBe(0);
    expect(statesOf(result)).toEqual(['a synced', 'b synced']);
  });
});

describe('SIGINT while several run', () => {
  it('ends all of them and cleans up; what had not begun is skipped', async () => {
    const names = ['a', 'b', 'c', 'later', 'last'];
    const {folder, start} = await parallelWorld(names, async (_name, at) => {
      await mkdir(join(at, 'patches'), {recursive: true});
      return {apply_patch_in_place: 'no', target_patch_dir: join(at, 'patches'), bandwidth_limit: '1k'};
    });
    const before = await Promise.all(names.map((name) => sha256(targetOf(folder, name))));
    const run = start('--jobs=3', '--json');
    await until('three patches', async () => (await readdir(join(folder, 'patches'))).length === 3);
    run.child.kill('SIGINT');
    const result = await run.result;
    expect(result.status).toBe(4);
    expect(statesOf(result)).toEqual(['a failed', 'b failed', 'c failed', 'later skipped', 'last skipped']);
    const {tasks} = reportOf(result);
    for (const task of tasks.slice(0, 3)) expect(task).toMatchObject({failure: {cancelled: true, code: 'cancelled'}});
    for (const task of tasks.slice(3)) expect(task).toMatchObject({reason: 'the run was cancelled'});
    expect(await readdir(join(folder, 'patches'))).toEqual([]);
    expect(await readdir(join(folder, 'state', 'temporary'))).toEqual([]);
    expect(await readdir(join(folder, 'state', 'locks'))).toEqual([]);
    expect(await processesNaming(folder)).toEqual([]);
    expect(await Promise.all(names.map((name) => sha256(targetOf(folder, name))))).toEqual(before);
  });
});

describe('a wrong number', () => {
  it.for([
    ['--jobs=0', /'--jobs <number>' argument '0' is invalid\. It is a whole number from 1 to 32/],
    ['--jobs=-2', /It is a whole number from 1 to 32/],
    ['--jobs=33', /It is a whole number from 1 to 32/],
    ['--jobs=many', /It is a whole number from 1 to 32/],
    ['--jobs=2.5', /It is a whole number from 1 to 32/],
    ['--jobs-per-host=2', /--jobs-per-host means something only together with --jobs/],
  ] as const)('is refused, and nothing is run: %s', async ([option, message]) => {
    const {run, isCopied} = await parallelWorld(['a'], () => ({}));
    expect(await run('run', option)).toMatchObject({status: 2, stdout: '', stderr: expect.stringMatching(message)});
    expect(await isCopied('a')).toBe(false);
  });
});
