import {execFileSync} from 'node:child_process';
import {mkdir, open, readdir, readFile, stat, symlink, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {tryLockFile} from '#dist/file-lock.js';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import type {RunEvent} from '#dist/tasks/events.js';
import {appendRecord} from '#dist/tasks/history/append-record.js';
import type {RunRecord} from '#dist/tasks/history/run-record.js';
import {MetricsWriter} from '#dist/tasks/metrics/metrics-writer.js';
import {replaceMetricsFile} from '#dist/tasks/metrics/replace-metrics-file.js';
import {taskId} from '#dist/tasks/state/task-id.js';
import {syncedTask} from '../../support/report-data.js';
import {endedRecord, failedRecord} from '../../support/run-records.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {until} from '../../support/until.js';

interface Site {
  readonly folder: string;
  readonly events: readonly RunEvent[];
  readonly writer: MetricsWriter;
  readonly remember: (record: RunRecord) => Promise<void>;
  readonly text: (name?: string) => Promise<string>;
}

/** Tasks `home` and `mail` with figures in a.prom, `other` in b.prom, `quiet` without. */
async function site(metricsFile = 'a.prom', replaceFile?: typeof replaceMetricsFile): Promise<Site> {
  const folder = await temporaryFolder();
  const [file, stateDir] = [join(folder, 'tasks.conf'), join(folder, 'state')];
  const task = 'source_path = /s\ntarget_path = /t\n';
  await writeFile(
    file,
    `[DEFAULT]\nstate_dir = ${stateDir}\napply_patch_in_place = yes\nmetrics_file = ${join(folder, metricsFile)}\n` +
      `[home]\n${task}[mail]\n${task}[other]\n${task}metrics_file = ${join(folder, 'b.prom')}\n[quiet]\n${task}metrics_file =\n` +
      '[broken]\nsource_path = /s\n',
  );
  const events: RunEvent[] = [];
  const {tasks: configured} = await loadConfiguration(file);
  return {
    folder,
    events,
    writer: new MetricsWriter({configured, origin: file, onEvent: (event) => events.push(event)}, replaceFile),
    remember: async (record) => await appendRecord(stateDir, taskId(record.task, file), {...record, origin: file}),
    text: async (name = 'a.prom') => await readFile(join(folder, name), 'utf8'),
  };
}

function tasksIn(text: string): string[] {
  return [...text.matchAll(/_task_enabled\{.*task="(\w+)"\}/g)].map(([, task = '']) => task);
}

function line(name: string, config: string, rest: string): string {
  return `bdsync_manager_${name}{config="${config}"${rest}`;
}

function outcomesIn(text: string): string[] {
  return [...text.matchAll(/task="(\w+)",outcome="([\w-]+)"\} 1$/gm)].map(([, task, outcome]) => `${task} ${outcome}`);
}

describe('the files with figures', () => {
  it('have what was remembered last, however many runs end at once', async () => {
    let goOn: (() => void) | undefined;
    const texts: string[] = [];
    const {writer, remember} = await site('a.prom', async (path, textFrom) => {
      if (!path.endsWith('a.prom')) return;
      const text = await textFrom('');
      // The first one is slow.
      if (goOn === undefined) await new Promise<void>((resolve) => (goOn = resolve));
      texts.push(text);
    });
    await remember(endedRecord('1'));
    const first = writer.ended(syncedTask('home'));
    await until('the first has looked', () => goOn !== undefined);
    await remember(failedRecord('2', {task: 'mail'}));
    const second = writer.ended(syncedTask('mail'));
    // It would be over by then if it did not wait.
    await Promise.race([second, sleep(500)]);
    goOn?.();
    await Promise.all([first, second]);
    expect(outcomesIn(texts.at(-1) ?? '')).toEqual(['home synced', 'mail failed']);
  });

  it('have all tasks that name them, also those that did not run and those that are wrong', async () => {
    const {writer, text, remember} = await site();
    await remember(endedRecord('1'));
    await remember(failedRecord('2', {task: 'mail'}));
    expect(await writer.ended(syncedTask('home'))).toEqual(syncedTask('home'));
    expect(tasksIn(await text())).toEqual(['home', 'mail', 'broken']);
    expect(outcomesIn(await text())).toEqual(['home synced', 'mail failed']);
    expect(tasksIn(await text('b.prom'))).toEqual(['other']);
  });

  it('tell what happened since they were written, by whomever', async () => {
    const {writer, text, remember} = await site();
    await remember(endedRecord('1'));
    await writer.ended(syncedTask('home'));
    await remember(failedRecord('2'));
    await remember(endedRecord('3', {task: 'mail'}));
    await writer.ended(syncedTask('mail'));
    expect(outcomesIn(await text())).toEqual(['home failed', 'mail synced']);
  });

  it('can be read by everybody, whatever the umask is, and nothing else stays', async () => {
    const before = process.umask(0o077);
    try {
      const {writer, folder} = await site();
      await writer.ended(syncedTask('home'));
      expect(((await stat(join(folder, 'a.prom'))).mode & 0o777).toString(8)).toBe('644');
      expect(await readdir(folder)).toEqual(['a.prom', 'b.prom', 'tasks.conf']);
    } finally {
      process.umask(before);
    }
  });

  it('take the place of a link, and leave alone where it leads', async () => {
    const {writer, folder, text} = await site();
    await writeFile(join(folder, 'elsewhere'), 'mine');
    await symlink(join(folder, 'elsewhere'), join(folder, 'a.prom'));
    await writer.ended(syncedTask('home'));
    expect(await text('elsewhere')).toBe('mine');
    expect(await text()).toContain('bdsync_manager_');
  });

  it('are not written where no task names one', async () => {
    const writer = new MetricsWriter({configured: [], origin: 'x'});
    expect(await writer.ended(syncedTask('home'))).toEqual(syncedTask('home'));
  });
});

describe('a file of several configurations', () => {
  it('keeps the figures of the others, and has those of its own tasks as they are now', async () => {
    const {writer, folder, text, remember} = await site();
    const second = join(folder, 'second.conf');
    await writeFile(second, '');
    const kept = [
      line('task_enabled', second, ',task="theirs"} 1'),
      line('last_run_outcome', second, ',task="theirs",outcome="failed"} 1'),
      line('build_info', second, ',version="0.8.0"} 1'),
    ];
    const dropped = [
      line('task_enabled', join(folder, 'tasks.conf'), ',task="removed"} 1'),
      line('task_enabled', join(folder, 'gone.conf'), ',task="gone"} 1'),
      line('task_enabled', second, ',task="not a number"} 1x'),
      line('task_enabled', second, ',task="foreign",more="1"} 1'),
      'node_up 1',
    ];
    // The last one is torn: it was 12.
    const torn = line('left_over', second, ',task="theirs"} 1');
    await writeFile(join(folder, 'a.prom'), [kept[0]?.replace(/1$/, '0'), ...kept, ...dropped, torn].join('\n'));
    await remember(endedRecord('1'));
    await writer.ended(syncedTask('home'));
    const lines = (await text()).split('\n');
    expect(kept.map((each) => lines.filter((other) => other === each).length)).toEqual([1, 1, 1]);
    expect([...dropped, torn].filter((each) => lines.includes(each))).toEqual([]);
    expect(tasksIn(lines.join('\n'))).toEqual(['home', 'mail', 'broken', 'theirs']);
    expect(lines.filter((each) => each.startsWith('# TYPE bdsync_manager_task_enabled'))).toHaveLength(1);
    expect(tasksIn(await text('b.prom'))).toEqual(['other']);
    const once = await text();
    await writer.write();
    expect(await text()).toBe(once);
  });

  it('has the figures of both, when both write again and again at once', async () => {
    const folder = await temporaryFolder();
    const metricsFile = join(folder, 'both.prom');
    const writers = [];
    for (const name of ['one', 'two']) {
      const file = join(folder, `${name}.conf`);
      const task = `[${name}]\nsource_path = /s\ntarget_path = /t\napply_patch_in_place = yes\n`;
      await writeFile(file, `${task}state_dir = ${join(folder, 'state')}\nmetrics_file = ${metricsFile}\n`);
      writers.push(new MetricsWriter({configured: (await loadConfiguration(file)).tasks, origin: file}));
    }
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(writers.map(async (writer) => await writer.write()));
      expect(tasksIn(await readFile(metricsFile, 'utf8')).toSorted()).toEqual(['one', 'two']);
    }
  });

  it('is written although somebody keeps its folder locked', async () => {
    const folder = await temporaryFolder();
    await using other = await open(folder, 'r');
    expect(await tryLockFile(other)).toBe(true);
    await replaceMetricsFile(join(folder, 'a.prom'), async (before) => `${before}figures\n`, 10);
    expect(await readFile(join(folder, 'a.prom'), 'utf8')).toBe('figures\n');
  });
});

describe('a file that cannot be written', () => {
  it.each(['nowhere/a.prom', 'folder.prom'])('is a warning and a note: %s', async (name) => {
    const {writer, folder, events} = await site(name);
    await mkdir(join(folder, 'folder.prom', 'full'), {recursive: true});
    const report = await writer.ended(syncedTask('home'));
    expect(report).toMatchObject({
      state: 'synced',
      notes: [expect.stringMatching(/^cannot write metrics_file: (ENOENT|\/.* is no file, and is left alone$)/)],
    });
    expect(events).toEqual([{kind: 'log', task: 'home', level: 'warning', message: report.notes[0]}]);
    expect((await readdir(folder)).filter((left) => left.endsWith('.new'))).toEqual([]);
  });
});

describe('what is no file of figures', () => {
  it.each(['a fifo', 'a file of somebody else', 'a file that is too large'])('stays as it is: %s', async (what) => {
    const {writer, folder, text} = await site();
    const path = join(folder, 'a.prom');
    if (what === 'a fifo') execFileSync('mkfifo', [path]);
    else await writeFile(path, '#!/bin/sh\necho mine\n');
    if (what === 'a file that is too large') await truncate(path, 17 * 1_048_576);
    const before = await stat(path);
    expect((await writer.ended(syncedTask('home'))).notes).toEqual([expect.stringMatching(/, and is left alone$/)]);
    expect(await stat(path)).toMatchObject({ino: before.ino, mode: before.mode, size: before.size});
    if (what === 'a file of somebody else') expect(await text()).toBe('#!/bin/sh\necho mine\n');
  });

  it('but is empty is taken', async () => {
    const {writer, folder, text} = await site();
    await writeFile(join(folder, 'a.prom'), '');
    expect(await writer.ended(syncedTask('home'))).toEqual(syncedTask('home'));
    expect(await text()).toContain('bdsync_manager_');
  });
});
