import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {quoteWords} from '#dist/hosts/quote.js';
import {noise, sha256} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER, runProgram, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';

const BLOCK = 4096;
const BLOCKS = 300;

/** Every other block differs, so that each is written by itself. */
async function writeStriped(source: string, target: string): Promise<void> {
  const image = noise(BLOCK * BLOCKS, 5);
  await writeFile(source, image);
  const old = Buffer.from(image);
  for (let block = 0; block < BLOCKS; block += 2) old.fill(0, block * BLOCK, (block + 1) * BLOCK);
  await writeFile(target, old);
}

interface SlowRun {
  readonly folder: string;
  readonly target: string;
  readonly args: readonly string[];
  /** The process id of the program at the target in a role. */
  readonly pidOf: (role: 'server' | 'patch') => Promise<number>;
}

/** A run in place with a program at the target that notes its process ids. */
async function slowRun(): Promise<SlowRun> {
  const folder = await temporaryFolder();
  const [source, target, program] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'bdsync')];
  await writeStriped(source, target);
  const note = `case $1 in --server*) echo $$ >${folder}/server.pid;; --patch*) echo $$ >${folder}/patch.pid;; esac`;
  await writeFile(program, `#!/bin/sh\n${note}\nexec ${quoteWords(OUR_BDSYNC)} "$@"\n`, {mode: 0o755});
  return {
    folder,
    target,
    args: [
      'sync',
      source,
      target,
      '--connection-command=env A=1',
      `--remote-bdsync-bin=${program}`,
      `--state-dir=${join(folder, 'state')}`,
      '--json',
    ],
    pidOf: async (role) => Number(await readFile(join(folder, `${role}.pid`), 'utf8')),
  };
}

describe('in place, after the first block was written,', () => {
  const victims = [
    ['the patching end is killed', 'patch', /bdsync --patch on env … was ended by SIGKILL/],
    ['the server is killed', 'server', /bdsync --server on env … was ended by SIGKILL/],
    ['the run is told to stop', 'run', /stopped by SIGTERM/],
  ] as const;
  for (const [what, victim, message] of victims) {
    it(`${what}: the target is told as partly written, and the next run repairs it`, async () => {
      const {target, args, folder, pidOf} = await slowRun();
      const before = await sha256(target);
      const environment = {STATE_DIRECTORY: join(folder, 'remote-state')};
      const run = startProgram(BDSYNC_MANAGER, [...args, '--bandwidth-limit=200k'], environment);
      await until('the first block', async () => (await sha256(target)) !== before);
      if (victim === 'run') run.child.kill('SIGTERM');
      else process.kill(await pidOf(victim), 'SIGKILL');
      const result = await run.result;
      expect(result.status).toBe(victim === 'run' ? 4 : 3);
      expect(result.stderr).toMatch(message);
      expect(result.stderr).toContain(`target: ${target} on env … may be partly written; the next run completes it`);
      expect(taskReportOf(result)).toMatchObject({
        failure: {target: {host: 'env …', path: target, state: 'partly-written'}},
      });
      expect(await runProgram(BDSYNC_MANAGER, args, environment)).toMatchObject({status: 0});
      expect(await sha256(target)).toBe(await sha256(join(folder, 's.img')));
    });
  }
});
