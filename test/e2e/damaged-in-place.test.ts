import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {edited, noise} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

/** A connection that changes one bit of what goes to a program that patches. */
const CARRIER = `
import {spawn} from 'node:child_process';
const [file, ...words] = process.argv.slice(2);
const child = spawn(file, words, {stdio: ['pipe', 'inherit', 'inherit']});
let left = words.some((word) => word.startsWith('--patch=')) ? 300_000 : Infinity;
process.stdin.on('data', (bytes) => {
  if (left >= 0 && left < bytes.length) bytes[left] ^= 8;
  left -= bytes.length;
  child.stdin.write(bytes);
});
process.stdin.on('end', () => child.stdin.end());
child.stdin.on('error', () => {});
child.on('exit', (status) => process.exit(status ?? 1));
`;

async function world(program: string) {
  const folder = await temporaryFolder();
  const [source, target, carrier] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'carrier.mjs')];
  const image = noise(4 << 20, 3);
  await writeFile(source, image);
  await writeFile(target, edited(image, 400, 4));
  await writeFile(carrier, CARRIER);
  const keys = {source_path: source, target_path: target, remote_bdsync_bin: program, apply_patch_in_place: 'yes'};
  const state_dir = join(folder, 'state');
  const run = async (connection_command: string, ...words: string[]): Promise<ProgramResult> => {
    const config = await writeConfig(join(folder, 'tasks.conf'), {home: {...keys, state_dir, connection_command}});
    return await runProgram(BDSYNC_MANAGER, [...words, '--config', config], {STATE_DIRECTORY: join(folder, 'remote')});
  };
  const isInStep = async (): Promise<boolean> => (await readFile(target)).equals(image);
  return {run, isInStep, damaging: `${process.execPath} ${carrier}`};
}

test('a patch in place that changes on its way is a failure, and the next run repairs it', async () => {
  const {run, isInStep, damaging} = await world(BDSYNC);
  const damaged = await run(damaging, '--json');
  expect(damaged.status).toBe(3);
  expect(taskReportOf(damaged)).toMatchObject({
    state: 'failed',
    failure: {message: expect.stringContaining('the patch is damaged'), target: {state: 'partly-written'}},
  });
  expect(await isInStep()).toBe(false);
  expect((await run('env A=1', 'check')).stdout).toContain('incomplete since');
  const repaired = await run('env A=1', '--json');
  expect(repaired.status).toBe(0);
  expect(taskReportOf(repaired)).toMatchObject({state: 'synced', figures: {proof: {kind: 'in-place'}}});
  expect(repaired.stdout).not.toContain('not proven');
  expect(await isInStep()).toBe(true);
});

test.skipIf(nativeBdsync === undefined)('the original program is told not to prove that it does not', async () => {
  const {run, isInStep} = await world(nativeBdsync ?? '');
  const done = await run('env A=1', '--json');
  expect(done.status).toBe(0);
  expect(taskReportOf(done)).toMatchObject({
    notes: expect.arrayContaining([
      expect.stringMatching(/ours: not proven is that the patch arrived unchanged, nor that the target reads back/),
    ]),
  });
  expect(await isInStep()).toBe(true);
});
