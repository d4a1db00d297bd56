import {readFileSync} from 'node:fs';
import {mkdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {commandLines, markdownFences} from '../support/markdown-fences.js';
import {BDSYNC_MANAGER, type ProgramResult, runCommand} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/monitoring.md', import.meta.url)), 'utf8');
const FENCES = markdownFences(PAGE);
const COMMANDS = FENCES.filter(({language}) => language === 'sh').flatMap(commandLines);
const METRIC = /\bbdsync_manager_\w+/g;

interface Place {
  readonly metricsFile: string;
  readonly run: (command: string) => Promise<ProgramResult>;
}

/** The configuration of the page, with a source and folders of this place. */
async function place(): Promise<Place> {
  const folder = await temporaryFolder();
  const metricsFile = join(folder, 'metrics', 'bdsync-manager.prom');
  const text = (FENCES.find(({language}) => language === 'ini')?.text ?? '')
    .replace(/^metrics_file = .*/m, `metrics_file = ${metricsFile}`)
    .replace(/^mail_to = .*\n/m, '')
    .replace('/dev/vg0/home', join(folder, 'home.source'))
    .replace('/srv/copies/home.img', join(folder, 'home.img'))
    .replace('[home]', `state_dir = ${join(folder, 'state')}\n[home]`);
  await mkdir(join(folder, 'metrics'));
  for (const name of ['home.source', 'home.img']) await writeFile(join(folder, name), 'x'.repeat(8192));
  await writeFile(join(folder, 'tasks.conf'), text);
  const words = ['--config', join(folder, 'tasks.conf')];
  return {
    metricsFile,
    run: async (command) => {
      const [program, ...rest] = command.split(' ');
      expect(program).toBe('bdsync-manager');
      return await runCommand(process.execPath, [BDSYNC_MANAGER, ...rest, ...words]);
    },
  };
}

it('the commands of docs/monitoring.md tell a good night, and a task that never had one', async () => {
  expect(COMMANDS).toHaveLength(4);
  const {run, metricsFile} = await place();
  const [status = '', log = '', failed = '', nagios = ''] = COMMANDS;

  expect(await run(status)).toMatchObject({status: 3, stdout: expect.stringContaining('it has never run')});
  expect(await run(nagios)).toMatchObject({status: 1, stdout: expect.stringMatching(/^BDSYNC WARNING - .*\n$/)});

  expect(await run('bdsync-manager')).toMatchObject({status: 0, stdout: '', stderr: ''});
  expect(await run(status)).toMatchObject({status: 0, stdout: expect.stringMatching(/^home +ok +/m)});
  expect(await run(log)).toMatchObject({status: 0, stdout: expect.stringMatching(/ home +run +synced /)});
  expect(await run(failed)).toMatchObject({status: 0, stdout: expect.not.stringContaining('synced')});
  expect(await run(nagios)).toMatchObject({status: 0, stdout: expect.stringMatching(/^BDSYNC OK - .*\n$/)});

  const written = new Set((await readFile(metricsFile, 'utf8')).match(METRIC));
  const named = FENCES.find(({language}) => language === 'promql')?.text.match(METRIC) ?? [];
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !written.has(name))).toEqual([]);
});
