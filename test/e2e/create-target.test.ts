import {readFile, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {noise} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {toolFolder} from '../support/tool-folder.js';

const SOURCE = noise(300_000, 1);

/** A target that `sync` is to make; where it is made, the shell is killed when it has the file and not yet its size. */
async function killedWhileCreating() {
  const folder = await temporaryFolder();
  const [source, target] = [join(folder, 's.img'), join(folder, 't.img')];
  await writeFile(source, SOURCE);
  const tools = await toolFolder([], {scripts: {truncate: 'kill -KILL $PPID'}});
  const sync = (...words: string[]): Promise<ProgramResult> => {
    const connection = `--connection-command=env PATH=${tools}:${process.env['PATH'] ?? ''}`;
    const far = [connection, `--remote-bdsync-bin=${BDSYNC}`, '--state-dir', join(folder, 'state')];
    return runProgram(BDSYNC_MANAGER, ['sync', ...far, ...words, source, target]);
  };
  const killed = await sync('--create-target-if-missing', '--json');
  expect(taskReportOf(killed)).toMatchObject({failure: {stage: 'create target'}});
  expect((await stat(target)).size).toBe(0);
  await rm(join(tools, 'truncate'));
  return {target, sync};
}

it.each([
  ['as the comparison goes', []],
  ['with a comparison of what both have', ['--bdsync-args=--diffsize=minsize']],
])('a file that a killed run has made and given no size gets it from the next one, %s', async (_, words) => {
  const {target, sync} = await killedWhileCreating();
  expect((await sync('--create-target-if-missing', '--dry-run')).stdout).toContain('would be grown from 0B');
  expect(await sync('--create-target-if-missing', ...words)).toMatchObject({status: 0});
  expect(SOURCE.equals(await readFile(target))).toBe(true);
});

it('a file without a size is left alone by who creates no targets, and so is one that has a byte', async () => {
  const {target, sync} = await killedWhileCreating();
  expect(await sync()).toMatchObject({status: 3, stderr: expect.stringContaining('Different sizes')});
  expect((await stat(target)).size).toBe(0);
  await writeFile(target, 'x');
  const refused = await sync('--create-target-if-missing');
  expect(refused).toMatchObject({status: 3, stderr: expect.stringContaining('Different sizes')});
  expect(await readFile(target, 'utf8')).toBe('x');
});
