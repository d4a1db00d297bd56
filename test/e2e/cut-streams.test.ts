import {mkdir, readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {framedMessages} from '../support/framed-messages.js';
import {noise, sha256} from '../support/images.js';
import {cachedBytes, dropFromPageCache, noPageCacheView} from '../support/page-cache.js';
import {taskReportOf} from '../support/reports.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

const BYTES = 300_000;

/** Which program's stream ends early, by words of its command: what it gets, or what it says. */
interface Cut {
  readonly of: '--server' | '--patch=' | '--sealed=' | '--hold=' | 'set -C';
  readonly direction: 'in' | 'out';
  readonly bytes: number;
}

// A connection without a shell, of which one stream ends early, or is recorded. dd passes on at once what it gets.
const CONNECTION = `#!/bin/sh
read -r direction bytes of <FOLDER/cut
case "$*" in *"$of"*) ;; *) exec "$@" ;; esac
case $direction in
  record) tee FOLDER/in | "$@" | tee FOLDER/out ;;
  in) dd bs=1 count="$bytes" status=none | "$@" ;;
  # The program itself may end well.
  out) "$@" | { dd bs=1 count="$bytes" status=none; kill -KILL $$; } ;;
esac
`;

interface CutTask {
  readonly source: string;
  readonly target: string;
  readonly old: string;
  run(cut?: Cut): Promise<ProgramResult>;
  /** Both directions of a run that nothing was cut off from. */
  record(of: Cut['of']): Promise<{readonly requests: Buffer; readonly answers: Buffer}>;
  reset(): Promise<void>;
  requireDone(): Promise<void>;
  stored(): Promise<string[]>;
}

async function cutTask(keys: Readonly<Record<string, string>>): Promise<CutTask> {
  const folder = await temporaryFolder();
  const [source, target, connection] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'connection')];
  const patches = join(folder, 'patches');
  await mkdir(patches);
  await writeFile(connection, CONNECTION.replaceAll('FOLDER', folder), {mode: 0o755});
  const program = join(folder, 'bdsync');
  await writeFile(program, `#!/bin/sh\nexec ${OUR_BDSYNC.join(' ')} "$@"\n`, {mode: 0o755});
  await writeFile(source, noise(BYTES, 1));
  const reset = (): Promise<void> => writeFile(target, noise(BYTES, 2));
  await reset();
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    home: {
      source_path: source,
      target_path: target,
      state_dir: join(folder, 'state'),
      connection_command: connection,
      connection_quoting: 'none',
      remote_bdsync_bin: program,
      ...keys,
      ...('target_patch_dir' in keys && {target_patch_dir: patches}),
    },
  });
  const run = async (line: string): Promise<ProgramResult> => {
    await writeFile(join(folder, 'cut'), line);
    const state = join(folder, 'remote-state');
    return await runProgram(BDSYNC_MANAGER, ['--json', '--config', config], {STATE_DIRECTORY: state});
  };
  const stored = (): Promise<string[]> => readdir(patches);
  return {
    source,
    target,
    old: await sha256(target),
    run: (cut) => run(cut ? `${cut.direction} ${cut.bytes} ${cut.of}\n` : 'none 0 nothing\n'),
    async record(of) {
      expect(await run(`record 0 ${of}\n`)).toMatchObject({status: 0});
      await reset();
      return {requests: await readFile(join(folder, 'in')), answers: await readFile(join(folder, 'out'))};
    },
    reset,
    stored,
    async requireDone() {
      expect(await run('none 0 nothing\n')).toMatchObject({status: 0, stderr: ''});
      expect(await sha256(target)).toBe(await sha256(source));
      expect([await stored(), await readdir(join(folder, 'state', 'temporary'))]).toEqual([[], []]);
    },
  };
}

/** Behind the first message, within one in the middle, and before the last one. */
function cutsOf(stream: Buffer): number[] {
  const messages = framedMessages(stream);
  const ends = messages.map((_, index) => Buffer.concat(messages.slice(0, index + 1)).length);
  return [ends[0] ?? 0, (ends[ends.length >> 1] ?? 0) - 3, ends.at(-2) ?? 0];
}

describe('a stream that is cut off on the way to the other machine', {timeout: 180_000}, () => {
  it('with a patch file: the target is as it was, nothing stays, and the next run does all', async () => {
    const task = await cutTask({target_patch_dir: 'its own'});
    const {requests, answers} = await task.record('--server');
    const patch = (await task.record('set -C')).requests;
    const cuts: readonly Cut[] = [
      ...cutsOf(answers).map((bytes) => ({of: '--server', direction: 'out', bytes}) as const),
      ...cutsOf(requests)
        .slice(1)
        .map((bytes) => ({of: '--server', direction: 'in', bytes}) as const),
      ...[30, patch.indexOf('BDSYNC-SEAL'), patch.length - 1].map(
        (bytes) => ({of: 'set -C', direction: 'in', bytes}) as const,
      ),
      {of: '--hold=', direction: 'out', bytes: 0},
    ];
    for (const cut of cuts) {
      const result = await task.run(cut);
      expect({cut, ...result}).toMatchObject({cut, status: 3});
      expect([cut, taskReportOf(result)]).toMatchObject([cut, {failure: {target: {state: 'untouched'}}}]);
      expect([cut, await sha256(task.target), await task.stored()]).toEqual([cut, task.old, []]);
    }
    await task.requireDone();
  });

  it('when the patch was applied, and nobody heard of it: the next run finds that', async () => {
    const task = await cutTask({target_patch_dir: 'its own'});
    const result = await task.run({of: '--sealed=', direction: 'out', bytes: 10});
    expect(result.status).toBe(3);
    expect(taskReportOf(result)).toMatchObject({failure: {stage: 'apply'}});
    await task.requireDone();
  });

  it('in place: the target is told as partly written unless it is as it was, and the next run repairs it', async () => {
    const task = await cutTask({apply_patch_in_place: 'yes'});
    const {answers} = await task.record('--server');
    const patch = (await task.record('--patch=')).requests;
    const cuts: readonly Cut[] = [
      ...cutsOf(answers)
        .slice(1)
        .map((bytes) => ({of: '--server', direction: 'out', bytes}) as const),
      ...[30, patch.length >> 1, patch.length - 1].map((bytes) => ({of: '--patch=', direction: 'in', bytes}) as const),
    ];
    for (const cut of cuts) {
      await task.reset();
      const result = await task.run(cut);
      expect({cut, ...result}).toMatchObject({cut, status: 3});
      const isOld = (await sha256(task.target)) === task.old;
      const states = isOld ? /^(untouched|partly-written)$/ : /^partly-written$/;
      expect([cut, taskReportOf(result)]).toMatchObject([
        cut,
        {failure: {target: {state: expect.stringMatching(states)}}},
      ]);
    }
    await task.requireDone();
  });

  it('in place: the next run compares what the medium has, past the page cache', async ({skip}) => {
    skip(noPageCacheView !== undefined, noPageCacheView);
    const task = await cutTask({apply_patch_in_place: 'yes'});
    dropFromPageCache(task.source);
    expect(await task.run()).toMatchObject({status: 0});
    expect(cachedBytes(task.source)).toBeGreaterThan(0);
    await task.reset();
    expect(await task.run({of: '--patch=', direction: 'in', bytes: BYTES / 2})).toMatchObject({status: 3});
    dropFromPageCache(task.source);
    expect(await task.run()).toMatchObject({status: 0});
    expect(cachedBytes(task.source)).toBe(0);
    await task.requireDone();
  });
});
