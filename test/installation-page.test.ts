import {execFileSync} from 'node:child_process';
import {mkdir, readFile, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {commandLines, markdownFences} from './support/markdown-fences.js';
import {installedShells} from './support/shells.js';
import {BDSYNC_MANAGER} from './support/spawn-program.js';
import {temporaryFolder} from './support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const page = await readFile(`${ROOT}docs/installation.md`, 'utf8');
const commands = markdownFences(page).flatMap(commandLines);

/** Commands that other tests run, and by which words. */
const RUN_ELSEWHERE: Readonly<Record<string, readonly [file: string, words: string]>> = {
  'npm run package:deb': ['test/package-deb.test.ts', 'dist/packaging/write-deb.js'],
  'apt install ./bdsync-manager_*_all.deb': ['test/package-deb.test.ts', 'apt install ./bdsync-manager_*_all.deb'],
  'systemctl enable --now bdsync-manager.timer': ['test/vm/systemd.test.ts', 'run systemctl enable --now'],
  'apt remove bdsync-manager': ['test/package-deb.test.ts', "'apt remove bdsync-manager'"],
  'apt purge bdsync-manager': ['test/package-deb.test.ts', "'apt purge bdsync-manager'"],
  'npm pack': ['test/package.test.ts', "'pack', '--ignore-scripts'"],
  'npm install --global ./bdsync-manager-*.tgz': ['test/package.test.ts', "'install', '--global'"],
};

/** What is asked of each shell when it has done what the page says, and the answer. */
const SHELLS: Readonly<Record<string, {readonly before: string; readonly ask: string; readonly answer: RegExp}>> = {
  bash: {before: '', ask: 'complete -p bdsync-manager bdsync', answer: /-F \w+ bdsync-manager\n.*-F \w+ bdsync\n/},
  zsh: {
    before: 'autoload -Uz compinit && compinit -u',
    ask: 'print $_comps[bdsync-manager] $_comps[bdsync]',
    answer: /^_bdsync\S* _bdsync\S*\n$/,
  },
  fish: {
    before: '',
    ask: "complete -C 'bdsync-manager verif'; complete -C 'bdsync --zero'",
    answer: /verify[^]*--zeroblocks/,
  },
};

/** The commands below the words that lead to a shell. */
function commandsOf(shell: string): string[] {
  return commands.filter(
    (line) => line.includes(`completion ${shell}`) || (shell === 'fish' && line.includes('.config/fish')),
  );
}

test('each command of the page is run by a test', async () => {
  const ofShells = Object.keys(SHELLS).flatMap(commandsOf);
  const others = commands.filter((line) => !ofShells.includes(line));
  expect(others.toSorted()).toEqual(Object.keys(RUN_ELSEWHERE).toSorted());
  for (const [file, words] of Object.values(RUN_ELSEWHERE)) {
    expect(await readFile(`${ROOT}${file}`, 'utf8'), file).toContain(words);
  }
});

const installed = installedShells().map(({name}) => name);

describe.each(Object.entries(SHELLS))('%s', (shell, {before, ask, answer}) => {
  const isThere = installed.some((name) => name === shell);
  if (!isThere) console.warn(`SKIPPED: what docs/installation.md says about ${shell}: it is not installed`);

  test.skipIf(!isThere)('completes both programs after what the page says', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'bin'));
    await symlink(BDSYNC_MANAGER, join(home, 'bin/bdsync-manager'));
    const script = join(home, 'script');
    await writeFile(script, [before, ...commandsOf(shell), ask].join('\n'));
    const env = {HOME: home, PATH: `${join(home, 'bin')}:${process.env['PATH']}`, LANG: 'C.UTF-8'};
    expect(execFileSync(shell, [script], {cwd: home, env, encoding: 'utf8'})).toMatch(answer);
  });
});
