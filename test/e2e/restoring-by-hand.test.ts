import {randomBytes} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {readdir, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {commandLines, markdownFences} from '../support/markdown-fences.js';
import {BDSYNC, runCommand} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const PAGE = fileURLToPath(new URL('../../docs/restoring-by-hand.md', import.meta.url));
const MIB = 2 ** 20;

it('the commands of docs/restoring-by-hand.md bring the copy back, one way after the other', async () => {
  const fences = markdownFences(readFileSync(PAGE, 'utf8')).filter(({language}) => language === 'sh');
  expect(fences).toHaveLength(5);
  const [all, compare, ...others] = fences.map(commandLines);
  const ways = [[...(all ?? []), ...(compare ?? [])], others.slice(0, 2).flat(), others.slice(2).flat()];

  const folder = await temporaryFolder();
  const copy = randomBytes(16 * MIB);
  await writeFile(join(folder, 'copy.img'), copy);
  const bin = join(folder, 'bin');
  await runCommand('sh', ['-c', 'mkdir "$1" && ln -s "$2" "$1/bdsync"', 'sh', bin, BDSYNC]);
  for (const way of ways) {
    const damaged = Buffer.from(copy);
    damaged.fill(0, 5 * MIB, 6 * MIB);
    await writeFile(join(folder, 'disk.img'), damaged);
    const script = `set -e\ncd "${folder}"\n${way.join('\n')}\n`;
    const result = await runCommand('sh', ['-c', script], {PATH: `${bin}:${process.env['PATH'] ?? ''}`});
    expect(result, script).toMatchObject({status: 0, stderr: ''});
    expect((await readFile(join(folder, 'disk.img'))).equals(copy), script).toBe(true);
    expect((await readdir(folder)).toSorted()).toEqual(['bin', 'copy.img', 'disk.img']);
  }
});
