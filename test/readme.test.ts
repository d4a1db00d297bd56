import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {sha256} from './support/images.js';
import {commandLines, markdownFences} from './support/markdown-fences.js';
import {errorsOf, readConfig} from './support/read-config.js';
import {sshdMissing} from './support/sshd.js';
import {temporaryFolder} from './support/temporary-folder.js';
import {startTwoMachines} from './support/two-machines.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const readme = readFileSync(`${ROOT}README.md`, 'utf8');
const fences = markdownFences(readme);
const commands = fences.filter(({language}) => language === 'sh').flatMap(commandLines);
const manifest: {version: string; dependencies: object} = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8'));
const NAMES = {login: 'backup@store.example.org', volumes: ['/dev/vg0/home', '/dev/vg0/mail']};

/** Commands that cannot run here, and the files of which each runs or proves one of them. */
const RUN_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'npm ci && npm run demo': ['.ci/run', 'test/e2e/demo.test.ts'],
  'npm ci && npm test': ['.ci/run'],
  'npm pack': ['test/package.test.ts'],
  [`npm install --global ./bdsync-manager-${manifest.version}.tgz`]: ['test/package.test.ts'],
  'man ./man/bdsync-manager.1': ['test/manual-pages.test.ts'],
  'man ./man/bdsync-manager.conf.5': ['test/manual-pages.test.ts'],
  'man ./man/bdsync.1': ['test/manual-pages.test.ts'],
};

describe('what README.md says of itself', () => {
  test('its blocks are of the languages that these tests read', () => {
    expect(new Set(fences.map(({language}) => language))).toEqual(new Set(['sh', 'ini', 'crontab']));
  });

  test('its links lead somewhere', () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path);
    expect(links.length).toBeGreaterThan(8);
    expect(links.filter((path) => !existsSync(ROOT + path))).toEqual([]);
  });

  test.each(['README.md', 'man/bdsync-manager.1', 'examples/nightly-lvm-host.conf'])(
    'the line for cron in %s finds programs in /usr/local/bin',
    (file) => {
      const [, before] =
        /^(.*)\n[# ]*\d+ \d+ \* \* \* +root +bdsync-manager$/m.exec(readFileSync(ROOT + file, 'utf8')) ?? [];
      expect(before).toMatch(/^[# ]*PATH=(?:.*:)?\/usr\/local\/bin:/);
    },
  );

  test.each(Object.entries(RUN_ELSEWHERE))('%s is there, and proven by %s', (command, files) => {
    expect(commands).toContain(command);
    for (const file of files) expect(existsSync(ROOT + file), file).toBe(true);
  });

  test("the test command is .ci/run's", () => {
    expect(readFileSync(`${ROOT}.ci/run`, 'utf8')).toContain('npm ci && npm test');
  });

  test('the packages are those of package.json', () => {
    const [, list = ''] = /^The packages that .*:\n\n([^]*?)\n\n/m.exec(readme) ?? [];
    expect([...list.matchAll(/^- `([^`]+)`/gm)].map(([, name = '']) => name).toSorted()).toEqual(
      Object.keys(manifest.dependencies).toSorted(),
    );
  });

  test('the version is that of package.json', () => {
    expect(commands).toContain(`npm install --global ./bdsync-manager-${manifest.version}.tgz`);
  });

  test('the configuration has no errors and no warnings', async () => {
    const configurations = fences.filter(({language}) => language === 'ini');
    expect(configurations).toHaveLength(1);
    for (const {text} of configurations) {
      const configuration = await readConfig(text);
      expect(errorsOf(configuration)).toEqual({});
      expect([...configuration.warnings, ...configuration.tasks.flatMap(({warnings}) => warnings)]).toEqual([]);
    }
  });
});

const whyNoSshd = sshdMissing();
if (whyNoSshd !== undefined) console.warn(`SKIPPED: the commands of README.md: ${whyNoSshd}`);

describe.skipIf(whyNoSshd !== undefined)('the commands of README.md', () => {
  test('do what it says, in its order, and the cron line says nothing', async () => {
    const folder = await temporaryFolder();
    await using machines = await startTwoMachines(folder, NAMES);
    const [volumeOfHome = '', volumeOfMail = ''] = NAMES.volumes;
    await machines.writeConfiguration(textOf('ini'));

    const runHere = commands.filter((command) => !Object.hasOwn(RUN_ELSEWHERE, command));
    const outputs = new Map<string, string>();
    for (const command of runHere) {
      const {status, stdout, stderr} = await machines.run(command);
      expect({command, status, stderr: stderr.replace(/^.*WARNING: Creating missing target file: .*\n/gm, '')}).toEqual(
        {
          command,
          status: 0,
          stderr: '',
        },
      );
      outputs.set(command, outputs.get(command) ?? stdout);
    }
    expect(outputs.get('bdsync-manager check')).toMatch(/^home: ready\n[^]*^mail: ready\n/m);
    expect(outputs.get('bdsync-manager --dry-run')).toContain('if missing     the target is created');
    for (const [copy, volume] of [
      ['images/home.img', volumeOfHome],
      ['images/mail.img', volumeOfMail],
      ['home.img', volumeOfHome],
    ] as const) {
      expect(await sha256(machines.copy(copy)), copy).toBe(await sha256(machines.sourceOf(volume)));
    }

    const [pathLine = '', cronLine = ''] = textOf('crontab').split('\n');
    expect(pathLine).toMatch(/^PATH=(\/[a-z/]+:)*\/[a-z/]+$/);
    const [, cronCommand = ''] = /^[\d*]+ [\d*]+ \* \* \* root (.+)$/.exec(cronLine) ?? [];
    expect(await machines.run(cronCommand)).toEqual({status: 0, signal: undefined, stdout: '', stderr: ''});
  }, 180_000);
});

function textOf(language: string): string {
  return fences.find((fence) => fence.language === language)?.text ?? '';
}
