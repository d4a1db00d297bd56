import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {appendFile, chmod, mkdir, open, readdir, readFile, rename, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {tryLockFile} from '#dist/file-lock.js';
import {appendRecord} from '#dist/tasks/history/append-record.js';
import {readHistory} from '#dist/tasks/history/read-history.js';
import {MAX_HISTORY_AGE_MS, MAX_HISTORY_BYTES} from '#dist/tasks/history/rotate-history.js';
import {endedRecord, failedRecord, startedRecord} from '../../support/run-records.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../../support/small-file-system.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const TASK = 'home-1';

/** A clock that stands still. */
function at(nowMs: number) {
  return {now: () => nowMs, longestWaitMs: 10_000};
}

function fileIn(stateDir: string): string {
  return join(stateDir, 'history', `${TASK}.jsonl`);
}

async function runsIn(stateDir: string): Promise<string[]> {
  return (await readHistory(stateDir, TASK)).records.map(({kind, run}) => `${kind} ${run}`);
}

if (noSmallFileSystem !== undefined) console.warn(`skipped, ${noSmallFileSystem}`);

describe('what is remembered', () => {
  it('is there afterwards, in its order, for its task alone', async () => {
    const stateDir = await temporaryFolder();
    await appendRecord(stateDir, TASK, startedRecord('1'));
    await appendRecord(stateDir, TASK, endedRecord('1'));
    expect(await readHistory(stateDir, TASK)).toEqual({
      records: [startedRecord('1'), endedRecord('1')],
      strangeLines: 0,
    });
    expect(await readHistory(stateDir, 'home-2')).toEqual({records: [], strangeLines: 0});
  });

  it('is nobody else’s business', async () => {
    const stateDir = join(await temporaryFolder(), 'state');
    await appendRecord(stateDir, TASK, endedRecord('1'));
    for (const path of [fileIn(stateDir), join(stateDir, 'history', 'lock')]) {
      expect(((await stat(path)).mode & 0o777).toString(8)).toBe('600');
    }
    expect(((await stat(join(stateDir, 'history'))).mode & 0o777).toString(8)).toBe('700');
  });

  it('goes on behind a line that was torn', async () => {
    const stateDir = await temporaryFolder();
    await appendRecord(stateDir, TASK, endedRecord('1'));
    await appendFile(fileIn(stateDir), '{"kind":"ended","run":"2","ta');
    await appendRecord(stateDir, TASK, endedRecord('3'));
    const {records, strangeLines} = await readHistory(stateDir, TASK);
    expect(records.map(({run}) => run)).toEqual(['1', '3']);
    expect(strangeLines).toBe(1);
  });

  it('goes on behind garbage', async () => {
    const stateDir = await temporaryFolder();
    await mkdir(join(stateDir, 'history'), {mode: 0o700});
    await writeFile(fileIn(stateDir), Buffer.from([0, 255, 10, 10, 123, 0, 0]));
    await appendRecord(stateDir, TASK, endedRecord('1'));
    expect(await readHistory(stateDir, TASK)).toEqual({records: [endedRecord('1')], strangeLines: 2});
  });

  it('is complete when many processes remember at the same time', async () => {
    const stateDir = await temporaryFolder();
    const script = `
      import {appendRecord} from ${JSON.stringify(import.meta.resolve('#dist/tasks/history/append-record.js'))};
      const record = ${JSON.stringify(failedRecord('x'))};
      for (let index = 0; index < 10; index += 1) {
        await appendRecord(${JSON.stringify(stateDir)}, '${TASK}', {...record, run: process.argv[1] + '-' + index});
      }`;
    const writers = [1, 2, 3, 4, 5].map((name) =>
      spawn(process.execPath, ['--input-type=module', '--eval', script, String(name)], {stdio: 'inherit'}),
    );
    const ends = await Promise.all(writers.map((writer) => once(writer, 'close')));
    expect(ends.map(([status]) => status)).toEqual([0, 0, 0, 0, 0]);
    const {records, strangeLines} = await readHistory(stateDir, TASK);
    expect({count: new Set(records.map(({run}) => run)).size, strangeLines}).toEqual({count: 50, strangeLines: 0});
    for (const name of ['1', '2', '3', '4', '5']) {
      const own = records.map(({run}) => run).filter((run) => run.startsWith(`${name}-`));
      expect(own).toEqual(Array.from({length: 10}, (_, index) => `${name}-${index}`));
    }
  });
});

describe('what cannot be remembered', () => {
  it('is refused where a link lies in its place', async () => {
    const stateDir = await temporaryFolder();
    await mkdir(join(stateDir, 'history'), {mode: 0o700});
    await writeFile(join(stateDir, 'elsewhere'), 'mine');
    await symlink(join(stateDir, 'elsewhere'), fileIn(stateDir));
    await expect(appendRecord(stateDir, TASK, endedRecord('1'))).rejects.toMatchObject({code: 'state-dir'});
    expect(await readFile(join(stateDir, 'elsewhere'), 'utf8')).toBe('mine');
    await expect(readHistory(stateDir, TASK)).rejects.toMatchObject({code: 'state-dir'});
  });

  it('is refused in a folder that others can write, to be read as well', async () => {
    const stateDir = await temporaryFolder();
    await appendRecord(stateDir, TASK, endedRecord('1'));
    await chmod(join(stateDir, 'history'), 0o777);
    const refusal = {code: 'state-dir', hint: expect.stringContaining('chmod go-w')};
    await expect(appendRecord(stateDir, TASK, endedRecord('2'))).rejects.toMatchObject(refusal);
    await expect(readHistory(stateDir, TASK)).rejects.toMatchObject(refusal);
  });

  it.skipIf(noSmallFileSystem !== undefined)('leaves no half of a line on a full disk, and all before it', async () => {
    const folder = await temporaryFolder();
    const stateDir = join(folder, 'disk');
    const disk = mountSmallFileSystem(stateDir, '64k');
    await chmod(stateDir, 0o700);
    await appendRecord(stateDir, TASK, endedRecord('0'));
    // What room there is lies in the middle of a page of the file: the write is a short one.
    let count = 0;
    const failure = await (async () => {
      for (count = 1; count < 500; count += 1) {
        try {
          await appendRecord(stateDir, TASK, endedRecord(String(count)));
        } catch (error) {
          return error;
        }
      }
      return undefined;
    })();
    expect(failure).toMatchObject({code: 'state-dir', hint: expect.stringContaining('make room there')});
    const full = await readHistory(stateDir, TASK);
    expect(full.records).toHaveLength(count);
    expect(full.strangeLines).toBe(0);
    disk.grow('256k');
    await appendRecord(stateDir, TASK, endedRecord('later'));
    expect((await runsIn(stateDir)).slice(-2)).toEqual([`ended ${count - 1}`, 'ended later']);
  });

  it.skipIf(noSmallFileSystem !== undefined)('is told on a file system that cannot be written', async () => {
    const stateDir = await temporaryFolder();
    const folder = join(stateDir, 'history');
    mountSmallFileSystem(folder, '64k');
    await chmod(folder, 0o700);
    await appendRecord(stateDir, TASK, endedRecord('1'));
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    await expect(appendRecord(stateDir, TASK, endedRecord('2'))).rejects.toMatchObject({
      code: 'state-dir',
      message: expect.stringContaining('EROFS'),
    });
    expect(await runsIn(stateDir)).toEqual(['ended 1']);
  });

  it('is told when somebody keeps the lock', async () => {
    const stateDir = await temporaryFolder();
    await appendRecord(stateDir, TASK, endedRecord('1'));
    await using lock = await open(join(stateDir, 'history', 'lock'), 'r');
    expect(await tryLockFile(lock)).toBe(true);
    const impatient = {now: Date.now, longestWaitMs: 50};
    await expect(appendRecord(stateDir, TASK, endedRecord('2'), impatient)).rejects.toMatchObject({
      message: expect.stringContaining('locked by somebody else'),
    });
    expect(await runsIn(stateDir)).toEqual(['ended 1']);
  });
});

describe('a file that has become', () => {
  it('too large is put aside, once; the last success goes along for as long as it takes', async () => {
    const stateDir = await temporaryFolder();
    await appendRecord(stateDir, TASK, endedRecord('success'));
    for (const round of ['1', '2', '3']) {
      // Blanks at the end of a line are no harm to JSON.
      const filler = JSON.stringify(failedRecord(`filler ${round}`));
      await appendFile(fileIn(stateDir), `${filler}${' '.repeat(MAX_HISTORY_BYTES)}\n`);
      await appendRecord(stateDir, TASK, failedRecord(round));
      expect((await stat(fileIn(stateDir))).size).toBeLessThan(10_000);
      expect(await readdir(join(stateDir, 'history'))).toEqual(['home-1.jsonl', 'home-1.jsonl.old', 'lock']);
    }
    expect(await runsIn(stateDir)).toEqual(['ended success', 'ended 2', 'ended filler 3', 'ended 3']);
  });

  it('too old is put aside', async () => {
    const stateDir = await temporaryFolder();
    const start = Date.parse('2026-01-01T00:00:00Z');
    await appendRecord(stateDir, TASK, endedRecord('1'), at(start));
    await appendRecord(stateDir, TASK, failedRecord('2'), at(start + MAX_HISTORY_AGE_MS - 1));
    expect(await readdir(join(stateDir, 'history'))).not.toContain('home-1.jsonl.old');
    await appendRecord(stateDir, TASK, failedRecord('3'), at(start + MAX_HISTORY_AGE_MS));
    await appendRecord(stateDir, TASK, failedRecord('4'), at(start + MAX_HISTORY_AGE_MS + 1));
    expect(await readFile(`${fileIn(stateDir)}.old`, 'utf8')).toContain('"run":"2"');
    expect(await runsIn(stateDir)).toEqual(['ended 1', 'ended 2', 'ended 3', 'ended 4']);
    await appendRecord(stateDir, TASK, failedRecord('5'), at(start + 3 * MAX_HISTORY_AGE_MS));
    expect(await runsIn(stateDir)).toEqual(['ended 1', 'ended 3', 'ended 4', 'ended 5']);
  });

  it('is found where its rotation was interrupted', async () => {
    const stateDir = await temporaryFolder();
    await appendRecord(stateDir, TASK, endedRecord('1'));
    await rename(fileIn(stateDir), `${fileIn(stateDir)}.old`);
    expect(await runsIn(stateDir)).toEqual(['ended 1']);
    await appendRecord(stateDir, TASK, failedRecord('2'));
    expect(await runsIn(stateDir)).toEqual(['ended 1', 'ended 2']);
  });
});
