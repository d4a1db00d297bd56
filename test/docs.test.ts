import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {TASK_KEYS} from '#dist/tasks/config/task-keys.js';
import {USAGE} from './bench/bench-options.js';
import {markdownFences} from './support/markdown-fences.js';
import {errorsOf, readConfig} from './support/read-config.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const pages = readdirSync(`${ROOT}docs`);
/** Pages that no test runs in a guest, and what proves them. */
const PROOFS: Readonly<Record<string, string>> = {
  'sealed-patch.md': 'test/fixtures/seal/README.md',
  'undo-journal.md': 'test/fixtures/seal/README.md',
  'configuration.md': 'test/cli/manager/config-command.test.ts',
  'restoring-by-hand.md': 'test/e2e/restoring-by-hand.test.ts',
  'moving-from-the-python-program.md': 'test/tasks/config/python-agreement.test.ts',
  'speed.md': 'test/docs.test.ts',
  'safety.md': 'test/docs.test.ts',
  'monitoring.md': 'test/e2e/monitoring-page.test.ts',
  'installation.md': 'test/installation-page.test.ts',
  'first-night.md': 'test/e2e/first-night.test.ts',
  'run-records.md': 'test/tasks/history/record-line.test.ts',
};

test('README.md leads to every page', () => {
  const readme = readFileSync(`${ROOT}README.md`, 'utf8');
  expect(pages.length).toBeGreaterThan(0);
  expect(pages.filter((page) => !readme.includes(`](docs/${page})`))).toEqual([]);
});

describe.each(pages)('docs/%s', (page) => {
  const text = readFileSync(`${ROOT}docs/${page}`, 'utf8');

  const proof = PROOFS[page];
  test(proof === undefined ? 'is run by a test in a guest' : `is proven by ${proof}`, () => {
    if (proof !== undefined) return expect(existsSync(`${ROOT}${proof}`)).toBe(true);
    const tests = readdirSync(`${ROOT}test/vm`).map((name) => readFileSync(`${ROOT}test/vm/${name}`, 'utf8'));
    expect(tests.filter((source) => source.includes(`'${page}'`))).toHaveLength(1);
    return undefined;
  });

  test('has links that lead somewhere', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path.replace(/#.*/, ''));
    expect(links.filter((path) => path !== '' && !existsSync(join(ROOT, 'docs', dirname(page), path)))).toEqual([]);
  });

  test('has a configuration without errors and warnings', async () => {
    const [fence, ...others] = markdownFences(text).filter(({language}) => language === 'ini');
    expect(others).toEqual([]);
    const configuration = await readConfig(fence?.text ?? '');
    expect(errorsOf(configuration)).toEqual({});
    expect([...configuration.warnings, ...configuration.tasks.flatMap(({warnings}) => warnings)]).toEqual([]);
  });
});

describe('the proofs that docs/safety.md names', () => {
  const rows = readFileSync(`${ROOT}docs/safety.md`, 'utf8').matchAll(
    /^\| (?!promise|---)(.+) \| (test\/\S+) \| (.+) \|$/gm,
  );
  const proofs = [...rows].map(([, promise = '', file = '', words = '']) => ({promise, file, words}));

  test('are many', () => expect(proofs.length).toBeGreaterThan(15));

  test.each(proofs)('are there: $promise', ({file, words}) => {
    expect(words.length).toBeGreaterThan(20);
    expect(readFileSync(`${ROOT}${file}`, 'utf8')).toContain(words);
  });
});

describe('docs/speed.md', () => {
  const page = readFileSync(`${ROOT}docs/speed.md`, 'utf8');

  test('names options that the benchmark has', () => {
    const bench = /`npm run bench`[^]*?\n\n/.exec(page.slice(page.indexOf('The images are made')))?.[0] ?? '';
    const options = [...bench.matchAll(/`(--[\w-]+)`/g)].map(([, name = '']) => name);
    expect(options).toContain('--only');
    const known = [...USAGE.matchAll(/^ {2}(--[\w-]+)/gm)].map(([, name]) => name);
    expect(options.filter((name) => !known.includes(name))).toEqual([]);
  });

  test('is what README.md says of it', () => {
    const readme = readFileSync(`${ROOT}README.md`, 'utf8').replaceAll('\n', ' ');
    expect(readme).toContain('Two images of 2 GiB, of which 1 % differs, are in step in a third of the time');
    const [, times] = /^\| two random images of 2 GiB, 1 % .* \| ([\d.]+) × less \|/m.exec(page) ?? [];
    expect(Number(times)).toBeGreaterThanOrEqual(2.8);
    expect(Number(times)).toBeLessThanOrEqual(3.3);
  });
});

/** All keys that bdsync-manager 0.3 knew. */
const KEYS_BEFORE = new Set(
  (
    'source_path target_path local_bdsync_bin remote_bdsync_bin connection_command bdsync_args target_patch_dir ' +
    'apply_patch_in_place create_target_if_missing disabled bandwidth_limit ' +
    'lvm_snapshot_enabled lvm_snapshot_size lvm_snapshot_name lvm_program_path'
  ).split(' '),
);

test('the new keys are those that the Python program did not know', () => {
  const page = readFileSync(`${ROOT}docs/moving-from-the-python-program.md`, 'utf8');
  const [, list = ''] = /^New keys: ([^]*?)\n\n/m.exec(page) ?? [];
  const added = TASK_KEYS.map(({name}) => name).filter((name) => !KEYS_BEFORE.has(name));
  expect([...list.matchAll(/`(\w+)`/g)].map(([, name = '']) => name).toSorted()).toEqual(added.toSorted());
});
