import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {stripVTControlCharacters} from 'node:util';
import {describe, expect, test} from 'vitest';
import {hasScript, onATerminal} from '../support/on-a-terminal.js';
import {writePair} from '../support/images.js';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const MANAGER = [process.execPath, BDSYNC_MANAGER];

describe.skipIf(!hasScript)("on a real terminal (skipped where there is no 'script' program)", () => {
  test('list is colored, as wide as the terminal at most, and plain with NO_COLOR', async () => {
    const folder = await temporaryFolder();
    const config = join(folder, 'tasks.conf');
    await writeFile(
      config,
      `[home]\nsource_path = /dev/${'very/'.repeat(20)}long\ntarget_path = b\napply_patch_in_place = 1\n`,
    );
    const words = [...MANAGER, 'list', '--config', config];
    const colored = await onATerminal(words, 70);
    expect(colored).toContain('\u001b[32menabled\u001b[39m');
    const widths = stripVTControlCharacters(colored)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThanOrEqual(70);
    const plain = await onATerminal(words, 70, {NO_COLOR: '1'});
    expect(plain).toBe(stripVTControlCharacters(colored));
  });

  test('a run shows progress, clears it, and ends with the table', async () => {
    const folder = await temporaryFolder();
    const [source, target] = [join(folder, 'source.img'), join(folder, 'target.img')];
    await writePair(source, target, 2_000_000, 10);
    const words = [...MANAGER, 'sync', source, target, '--state-dir', join(folder, 'state')];
    const shown = await onATerminal(words, 100, {NO_COLOR: '1'});
    const progress = shown.split('\r\u001b[K').slice(1, -1);
    expect(progress.length).toBeGreaterThan(0);
    for (const line of progress) expect(line).toMatch(/: (generate|apply) \d+\.\d% of /);
    const afterwards = shown.slice(shown.lastIndexOf('\r\u001b[K') + 4);
    expect(afterwards).toMatch(
      /^Task +\/\S+…\S+target\.img\n─+ +─+\nState +synced\nSize +1\.9MiB\nDiffering blocks +\d+\n/,
    );
  });
});
