import {spawnSync} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {BDSYNC_MANAGER, runProgram} from './support/spawn-program.js';

const folder = fileURLToPath(new URL('../man/', import.meta.url));
const skipReason = spawnSync('mandoc', ['/dev/null']).error ? 'mandoc is not installed' : undefined;

describe.skipIf(skipReason)(`manual pages${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  test.each(readdirSync(folder))('%s is in order', (page) => {
    expect(spawnSync('mandoc', ['-Tlint', '-Wwarning', folder + page], {encoding: 'utf8'}).stdout).toBe('');
  });

  // `In`, at the start of an item, is a macro that shows what follows as an include file; so are `Do`, `No`, ….
  test.each(readdirSync(folder))('%s has no word that is taken for a macro', (page) => {
    const text = readFileSync(folder + page, 'utf8');
    const used = ['Cm', 'Fl', 'Ar', 'Ev', 'Pa', 'No', 'Sx', 'Em', 'Sy', 'Xr', 'Dv', 'Er', 'Va', 'Li', 'Ql', 'Op', 'Nm'];
    const items = [...text.matchAll(/^\.It ([A-Z][a-z])\b/gm)].map(([, macro]) => macro);
    expect(items.filter((macro) => !used.includes(macro ?? ''))).toEqual([]);
  });
});

test('the statuses in bdsync-manager(1) are those of the help', async () => {
  const {stdout} = await runProgram(BDSYNC_MANAGER, ['--help']);
  const told = [...stdout.matchAll(/^ {2}(\d) {2}(.*)$/gm)].map(([, status]) => status);
  const [, section = ''] =
    /^\.Sh EXIT STATUS\n([^]*?)^\.Sh /m.exec(readFileSync(`${folder}bdsync-manager.1`, 'utf8')) ?? [];
  const written = [...section.matchAll(/^\.It (\d)$/gm)].map(([, status]) => status);
  expect(told).toHaveLength(5);
  expect(written).toEqual(told);
});
