import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it} from 'vitest';
import {reasonWithoutPython} from '../../support/python-oracle.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {findPython} from './find-python.js';
import {measure, meterWords, readUsage} from './measure.js';

const BUSY_MS = 400;
const LARGE_BYTES = 100e6;
/** Needs the processor for a while, and much memory. */
const GREEDY = [
  process.execPath,
  '-e',
  `const large = Buffer.alloc(${LARGE_BYTES}, 1);
   while (process.cpuUsage().user < ${BUSY_MS}e3) for (let at = 0; at < 1e6; at += 1) large[at] += 1;`,
];

const noPython = reasonWithoutPython();

async function makeBench(signal = new AbortController().signal) {
  return {folder: await temporaryFolder(), python: findPython(), signal};
}

describe.skipIf(noPython !== undefined)(`measure${noPython === undefined ? '' : ` (${noPython})`}`, () => {
  it('counts what a command starts and waits for', async () => {
    const usage = await measure(await makeBench(), ['sh', '-c', '"$@"; true', 'sh', ...GREEDY]);
    expect(usage.cpuMs).toBeGreaterThan(BUSY_MS);
    expect(usage.wallMs).toBeGreaterThan(BUSY_MS * 0.9);
    expect(usage.peakBytes).toBeGreaterThan(LARGE_BYTES);
  });

  it('keeps the figures of a command aside from those of who starts it', async () => {
    const bench = await makeBench();
    const figures = join(bench.folder, 'aside.json');
    const usage = await measure(bench, [
      'sh',
      '-c',
      '"$@"; true',
      'sh',
      ...meterWords(bench, figures, true),
      ...GREEDY,
    ]);
    const aside = await readUsage(figures);
    expect(aside.cpuMs).toBeGreaterThan(BUSY_MS);
    expect(aside.peakBytes).toBeGreaterThan(LARGE_BYTES);
    expect(aside.meterCpuMs).toBeGreaterThan(0);
    expect(usage.cpuMs).toBeLessThan(BUSY_MS / 2);
    expect(usage.peakBytes).toBeLessThan(LARGE_BYTES);
    // It was waited for all the same.
    expect(usage.wallMs).toBeGreaterThan(aside.wallMs);
  });

  it('feeds a command from a file and keeps what it writes', async () => {
    const bench = await makeBench();
    const [file, copy] = [fileURLToPath(import.meta.url), join(bench.folder, 'copy')];
    await measure(bench, ['cat'], {stdin: file, stdout: copy});
    expect(await readFile(copy)).toEqual(await readFile(file));
  });

  it('fails with the status and the words of a command that fails', async () => {
    const failing = measure(await makeBench(), ['sh', '-c', 'echo no such thing >&2; exit 7']);
    await expect(failing).rejects.toThrow(/^status 7 of: sh -c .*\nno such thing$/);
    await expect(measure(await makeBench(), ['sh', '-c', 'kill -9 $$'])).rejects.toThrow(/^status 137 /);
  });

  it('ends a command when it is told to', async () => {
    const abort = new AbortController();
    const sleeping = measure(await makeBench(abort.signal), ['sleep', '60']);
    setTimeout(() => abort.abort(), 100);
    await expect(sleeping).rejects.toMatchObject({code: 'interrupted'});
  });
});
