import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {readdir, rename, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {attachLoopDevice, mountOn, noLoopDevices} from '../../support/loop-device.js';
import {encodePatch} from '../../support/patch-bytes.js';
import {type RunningBdsync, runBdsync, startBdsync} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const EXTENTS = [{position: 1, data: Buffer.from('X')}];

interface Place {
  readonly target: string;
  readonly stateDir: string;
}

async function placeWith(bytes: number): Promise<Place> {
  const folder = await temporaryFolder();
  const place = {target: join(folder, 'disk.img'), stateDir: join(folder, 'state')};
  await writeFile(place.target, Buffer.alloc(bytes));
  return place;
}

function wordsFor({target, stateDir}: Place, ...more: string[]): string[] {
  return [`--hold=${target}`, `--state-dir=${stateDir}`, ...more];
}

/** The line of JSON that it begins with. */
async function answerOf({child}: RunningBdsync): Promise<unknown> {
  if (!child.stdout) throw new Error('there is no standard output');
  const [line]: unknown[] = await once(child.stdout, 'data');
  return JSON.parse(String(line));
}

describe('bdsync --hold', () => {
  it('holds until its standard input ends', async () => {
    const place = await placeWith(5);
    const first = startBdsync(wordsFor(place, '--holder=run 7'));
    expect(await answerOf(first)).toEqual({
      state: 'held',
      facts: {
        kind: 'file',
        sizeBytes: 5,
        identity: expect.any(String),
        machineId: expect.any(String),
        lastingIdentity: expect.stringMatching(/^file:[\da-f]+:\d+$/),
      },
      mark: null,
      confirms: true,
    });
    const second = await runBdsync(wordsFor(place));
    expect(second).toMatchObject({status: 14, stderr: ''});
    expect(JSON.parse(String(second.stdout))).toEqual({
      state: 'refused',
      code: 'target-locked',
      message: expect.stringContaining(`${place.target} is held by run 7 (process ${first.child.pid}, since `),
    });
    first.stdin.end();
    expect(await first.result).toMatchObject({status: 0, stderr: ''});
    expect(await readdir(join(place.stateDir, 'targets'))).toEqual([]);
    expect(await runBdsync(wordsFor(place))).toMatchObject({status: 0});
  });

  it('tells of the mark that an interrupted run has left, and takes it away at the word that all is complete', async () => {
    const place = await placeWith(5);
    const interrupted = await runBdsync([`--patch=${place.target}`, '--mark=run 7', `--state-dir=${place.stateDir}`], {
      input: encodePatch({sizeBytes: 5, deviceName: Buffer.from('x'), extents: EXTENTS}).subarray(0, -1),
    });
    expect(interrupted.status).toBe(2);
    const mark = {state: 'incomplete', since: expect.stringMatching(/Z$/), by: 'run 7'};
    for (const words of ['', 'nothing of interest\n']) {
      const looked = startBdsync(wordsFor(place, '--holder='));
      expect(await answerOf(looked)).toMatchObject({state: 'held', mark});
      looked.stdin.end(words);
      await looked.result;
    }
    const last = startBdsync(wordsFor(place));
    await answerOf(last);
    last.stdin.end('complete\n');
    expect(await last.result).toMatchObject({status: 0, stderr: ''});
    expect(await readdir(join(place.stateDir, 'incomplete'))).toEqual([]);
    const {stdout} = await runBdsync(wordsFor(place));
    expect(JSON.parse(String(stdout))).toMatchObject({state: 'held', mark: null});
  });

  it('tells again that it holds, whenever it is asked', async () => {
    const held = startBdsync(wordsFor(await placeWith(5), '--holder=run 7'));
    await answerOf(held);
    const {stdout} = held.child;
    if (!stdout) throw new Error('there is no standard output');
    for (const [half, rest] of [
      ['still\n', ''],
      ['nothing of interest\nsti', 'll\r\n'],
    ] as const) {
      const answer = once(stdout, 'data');
      held.stdin.write(half);
      held.stdin.write(rest);
      expect(String((await answer)[0])).toBe('held\n');
    }
    held.stdin.end();
    expect(await held.result).toMatchObject({status: 0, stderr: ''});
  });

  it('ends when it is asked for a target whose path leads elsewhere by now', async () => {
    const place = await placeWith(5);
    const held = startBdsync(wordsFor(place, '--holder=run 7'));
    await answerOf(held);
    await rename(place.target, `${place.target}.old`);
    await writeFile(place.target, 'other');
    held.stdin.write('still\n');
    expect(await held.result).toMatchObject({
      status: 12,
      stderr: `bdsync: ${place.target} was removed or replaced while it was held\n`,
    });
  });

  it('knows the mark of a device that has no lasting identity by its path', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const place = await placeWith(4096);
    const device = attachLoopDevice(place.target);
    const other = attachLoopDevice((await placeWith(4096)).target);
    const {status} = await runBdsync([`--patch=${device}`, '--mark=run 7', `--state-dir=${place.stateDir}`], {
      input: encodePatch({sizeBytes: 4096, deviceName: Buffer.from('x'), extents: EXTENTS}).subarray(0, -1),
    });
    expect(status).toBe(2);
    const answer = async (target: string): Promise<unknown> =>
      JSON.parse(String((await runBdsync(wordsFor({...place, target}))).stdout));
    expect(await answer(device)).toMatchObject({facts: {lastingIdentity: ''}, mark: {by: 'run 7'}});
    expect(await answer(other)).toMatchObject({state: 'held', mark: null});
  });

  it('lets go when it is killed, whatever note it leaves', async () => {
    const place = await placeWith(5);
    const first = startBdsync(wordsFor(place));
    await answerOf(first);
    first.child.kill('SIGKILL');
    await first.result;
    expect(await readdir(join(place.stateDir, 'targets'))).toHaveLength(1);
    expect(await runBdsync(wordsFor(place))).toMatchObject({status: 0});
    expect(await readdir(join(place.stateDir, 'targets'))).toEqual([]);
  });

  it('lets go at a signal, and leaves nothing behind', async () => {
    const place = await placeWith(5);
    const held = startBdsync(wordsFor(place));
    await answerOf(held);
    held.child.kill('SIGTERM');
    expect(await held.result).toMatchObject({status: 143, stderr: ''});
    expect(await readdir(join(place.stateDir, 'targets'))).toEqual([]);
  });

  it('waits for another holder, but not for nobody', async () => {
    const place = await placeWith(5);
    const first = startBdsync(wordsFor(place));
    await answerOf(first);
    const patient = startBdsync(wordsFor(place, '--wait-ms=30000'));
    expect(await runBdsync(wordsFor(place, '--wait-ms=30000'))).toMatchObject({status: 0, stdout: Buffer.alloc(0)});
    first.stdin.end();
    expect(await answerOf(patient)).toMatchObject({state: 'held'});
  });

  it('says that there is no such target', async () => {
    const place = await placeWith(5);
    const {status, stdout} = await runBdsync(wordsFor({...place, target: '/nonexistent'}));
    expect(status).toBe(12);
    expect(JSON.parse(String(stdout))).toEqual({
      state: 'refused',
      code: 'io',
      message: 'cannot open /nonexistent: it does not exist',
    });
  });

  it('refuses a mounted device, unless it is allowed', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const place = await placeWith(2 ** 21);
    const device = attachLoopDevice(place.target);
    execFileSync('mkfs.ext4', ['-q', device]);
    mountOn(join(await temporaryFolder(), 'mounted'), [device]);
    const refused = await runBdsync(wordsFor({...place, target: device}));
    expect(refused.status).toBe(15);
    expect(JSON.parse(String(refused.stdout))).toMatchObject({state: 'refused', code: 'target-in-use'});
    const allowed = await runBdsync(wordsFor({...place, target: device}, '--allow-in-use'));
    expect(allowed.status).toBe(0);
    expect(JSON.parse(String(allowed.stdout))).toMatchObject({state: 'held', facts: {kind: 'block'}});
  });
});
