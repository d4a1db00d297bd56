import {readFileSync} from 'node:fs';
import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {sha256} from '../support/images.js';
import {commandLines, markdownFences} from '../support/markdown-fences.js';
import {sshdMissing} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {startTwoMachines} from '../support/two-machines.js';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/first-night.md', import.meta.url)), 'utf8');
const FENCES = markdownFences(PAGE);
const NAMES = {login: 'backup@store.example.org', volumes: ['/dev/vg0/home']};

const whyNoSshd = sshdMissing();
if (whyNoSshd !== undefined) console.warn(`SKIPPED: the commands of docs/first-night.md: ${whyNoSshd}`);

test.skipIf(whyNoSshd !== undefined)(
  'the commands of docs/first-night.md lead to a copy, a schedule and a good morning',
  async () => {
    expect(FENCES.map(({language}) => language)).toEqual(FENCES.map(() => 'sh'));
    const folder = await temporaryFolder();
    await using machines = await startTwoMachines(folder, NAMES);
    const copyDigest = () => sha256(machines.copy('home.img'));
    const outputs: string[] = [];
    for (const command of FENCES.flatMap(commandLines)) {
      const {status, stdout, stderr} = await machines.run(command);
      const told = stderr.replace(/^.*WARNING: Creating missing target file: .*\n/gm, '');
      expect({command, status, told}).toEqual({command, status: 0, told: ''});
      outputs.push(stdout);
      // Whoever takes both would have the runs at the same time.
      if (command.includes('install systemd')) {
        expect(await readdir(join(folder, 'root/etc/systemd/system'))).toContain('bdsync-manager.timer');
        await rm(join(folder, 'root'), {recursive: true});
      }
    }
    expect(outputs).toHaveLength(9);
    const [init, check, plan, run, systemd, cron, status, log] = outputs;
    expect(init).toMatch(/\nhome: ready\n[^]*\nwritten\n/);
    expect(check).toMatch(/^home: ready\n/);
    expect(plan).toContain('if missing     the target is created');
    expect(run).toBe('');
    expect(await copyDigest()).toBe(await sha256(machines.sourceOf('/dev/vg0/home')));
    expect(systemd).toContain('OnCalendar=*-*-* 02:30\n');
    expect(cron).toMatch(/^ +30 2 \* \* \* root /m);
    expect(await readdir(join(folder, 'root/etc/cron.d'))).toEqual(['bdsync-manager']);
    expect(status).toMatch(/^home +ok +/m);
    expect(log).toMatch(/ home +run +synced /);
  },
  180_000,
);
