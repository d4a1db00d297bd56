import {chmod, readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

const MIB = 1024 * 1024;
/** The last block is not a whole one. */
const SIZE = 24 * MIB + 1000;
const SOURCE = noise(SIZE, 1);

const FAR_ENDS = [
  {where: 'here', keys: [], method: 'bytes', isSkipped: false},
  {where: 'at our far end', keys: farKeys(BDSYNC), method: 'sha256', isSkipped: false},
  {
    where: 'at a far end of the original',
    keys: farKeys(nativeBdsync ?? ''),
    method: 'sha256',
    isSkipped: nativeBdsync === undefined,
  },
];

function farKeys(program: string): string[] {
  return ['connection_command = env A=1', `remote_bdsync_bin = ${program}`];
}

async function world(keys: readonly string[] = []) {
  const folder = await temporaryFolder();
  const [source, target, config] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'tasks.conf')];
  await writeFile(source, SOURCE);
  await writeFile(target, SOURCE);
  const lines = [`source_path = ${source}`, `target_path = ${target}`, `state_dir = ${join(folder, 'state')}`];
  const place = ['apply_patch_in_place = yes'];
  await writeFile(config, `[home]\n${[...lines, ...place, ...keys].join('\n')}\n`);
  const remoteState = {STATE_DIRECTORY: join(folder, 'remote-state')};
  const manager = (...words: string[]) => runProgram(BDSYNC_MANAGER, [...words, '--config', config], remoteState);
  const changeTarget = async (positions: readonly number[]) => {
    const bytes = await readFile(target);
    for (const position of positions) bytes.writeUInt8(bytes.readUInt8(position) ^ 1, position);
    await writeFile(target, bytes);
  };
  const verifyJson = async (...words: string[]) => {
    const {status, stdout} = await manager('verify', '--json', ...words);
    return {status, task: JSON.parse(stdout).tasks[0]};
  };
  return {folder, source, target, config, manager, changeTarget, verifyJson};
}

describe.each(FAR_ENDS)('a target $where', ({keys, method, isSkipped}) => {
  it.skipIf(isSkipped)('that is equal is verified without a word', async () => {
    const {manager, verifyJson} = await world(keys);
    expect(await manager('verify')).toMatchObject({status: 0, stdout: '', stderr: ''});
    expect(await verifyJson()).toMatchObject({
      status: 0,
      task: {state: 'verified', verification: {method, comparedBytes: SIZE, extentCount: 0, sample: null}},
    });
  });

  it.skipIf(isSkipped)('that differs is told with the places, and left as it is', async () => {
    const {manager, verifyJson, changeTarget, target} = await world(keys);
    await changeTarget([0, 5 * MIB + 4095, 5 * MIB + 4096, SIZE - 1]);
    const before = await readFile(target);
    const told = await manager('verify');
    expect(told).toMatchObject({status: 3, stdout: ''});
    expect(told.stderr).toContain(`differs from its source: 13.0KiB in 3 places`);
    expect(told.stderr).toContain('position 5242880, length 8192');
    expect(told.stderr).toContain('read without a snapshot: what was written to it meanwhile differs, too');
    const {task} = await verifyJson();
    expect(task).toMatchObject({state: 'failed', failure: {code: 'verify-failed', target: {state: 'untouched'}}});
    expect(task.verification.extents).toEqual([
      {position: 0, length: 4096},
      {position: 5 * MIB, length: 8192},
      {position: 24 * MIB, length: 1000},
    ]);
    expect(before.equals(await readFile(target))).toBe(true);
  });

  it.skipIf(isSkipped)('of another size differs by what only one of both has', async () => {
    const {verifyJson, target} = await world(keys);
    await truncate(target, SIZE + 5000);
    const longer = await verifyJson();
    expect(longer.task.verification).toMatchObject({extents: [{position: SIZE, length: 5000}], comparedBytes: SIZE});
    await truncate(target, SIZE - 300);
    const shorter = await verifyJson();
    expect(shorter.task.verification).toMatchObject({extents: [{position: SIZE - 300, length: 300}]});
    const failure = {
      message: expect.stringContaining('its size is'),
      hint: expect.stringMatching(/^no difference was found but the size; bdsync_args = --diffsize=resize lets/),
    };
    expect(shorter).toMatchObject({status: 3, task: {failure}});
  });

  it.skipIf(isSkipped)('is compared in part, at the same places for the same seed', async () => {
    const {verifyJson, changeTarget} = await world(keys);
    const first = await verifyJson('--sample', '10%', '--seed', '7');
    expect(first).toMatchObject({status: 0, task: {verification: {sample: {percent: 10, seed: 7}}}});
    expect(first.task.verification.comparedBytes).toBe(3 * MIB);
    expect(first.task.notes.join()).toMatch(/a sample of 12.50% \(seed 7\)/);
    // Every other MiB is spoilt.
    await changeTarget(Array.from({length: 12}, (_, index) => index * 2 * MIB));
    expect(await verifyJson('--sample=10%', '--seed=1')).toMatchObject({status: 0});
    const found = await verifyJson('--sample=10%', '--seed=4');
    expect(found).toMatchObject({status: 3, task: {verification: {comparedBytes: 3 * MIB}}});
    expect(found.task.verification.extents).toEqual(
      [6, 8, 16].map((mebibyte) => ({position: mebibyte * MIB, length: 4096})),
    );
    expect((await verifyJson('--sample=100%')).task.verification).toMatchObject({sample: null, extentCount: 12});
  });
});

describe('bdsync-manager verify', () => {
  it('names some places in a message, and all of them in JSON', async () => {
    const {manager, verifyJson, changeTarget} = await world();
    await changeTarget(Array.from({length: 25}, (_, index) => index * 8192));
    expect((await manager('verify')).stderr).toContain('and 5 more: --json lists all');
    expect((await verifyJson()).task.verification.extents).toHaveLength(25);
  });

  it('compares as far as both reach where the task is content with that', async () => {
    const {verifyJson, target} = await world(['bdsync_args = --diffsize=minsize']);
    await truncate(target, SIZE + 5000);
    expect(await verifyJson()).toMatchObject({status: 0, task: {verification: {comparedBytes: SIZE}}});
  });

  it('fails for a target that is not there', async () => {
    const {manager, config} = await world();
    await writeFile(config, (await readFile(config, 'utf8')).replace('t.img', 'missing.img'));
    expect(await manager('verify')).toMatchObject({status: 3, stderr: expect.stringContaining('does not exist')});
  });

  it.each(['5', '0%', '101%', 'much'])('tells how a share is written when it is given %s', async (share) => {
    const {manager} = await world();
    const refused = await manager('verify', '--sample', share);
    expect(refused).toMatchObject({status: 2, stderr: expect.stringContaining('such as 5%')});
  });
});

describe('verify_after', () => {
  it.each([
    ['here', []],
    ['at a far end', farKeys(BDSYNC)],
  ])('compares once more what was written, %s', async (_, keys) => {
    const {manager, changeTarget} = await world(['verify_after = yes', ...keys]);
    await changeTarget([100]);
    expect((await manager('--dry-run')).stdout).toContain('source and target are compared once more');
    const {status, stdout} = await manager('--json');
    const [task] = JSON.parse(stdout).tasks;
    expect({status, state: task.state}).toEqual({status: 0, state: 'synced'});
    expect(task.figures.timesMs.verify).toBeGreaterThan(0);
    expect(task.notes.join()).toMatch(/verified by(te by byte| SHA-256)/);
  });

  it('catches a patcher that writes something else than it says', async () => {
    const {folder, target, manager, changeTarget} = await world([
      'verify_after = yes',
      'connection_command = env A=1',
      'remote_bdsync_bin = liar',
    ]);
    const liar = join(folder, 'liar');
    const spoil = `case "$*" in *--patch*) printf x | dd of=${target} bs=1 seek=70000 conv=notrunc status=none;; esac`;
    await writeFile(liar, `#!/bin/sh\n${BDSYNC} "$@"\nstatus=$?\n${spoil}\nexit $status\n`);
    await chmod(liar, 0o755);
    const config = join(folder, 'tasks.conf');
    await writeFile(config, (await readFile(config, 'utf8')).replace('= liar', `= ${liar}`));
    await changeTarget([100]);
    const {status, stdout} = await manager('--json');
    const [{failure}] = JSON.parse(stdout).tasks;
    expect({status, code: failure.code, stage: failure.stage}).toEqual({
      status: 3,
      code: 'verify-failed',
      stage: 'verify',
    });
    expect(failure).toMatchObject({target: {state: 'partly-written'}});
    expect(failure.errorLines).toEqual(['position 69632, length 4096']);
  });
});
