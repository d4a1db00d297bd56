import {describe, expect, it} from 'vitest';
import {GOLDEN_CASES, makeGoldenImages, readGolden} from '../../support/golden-cases.js';
import {sha256} from '../../support/images.js';
import {runBdsync, serverCommand} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

function wordsOf(options: string): string[] {
  return options.split(' ').filter((word) => word !== '');
}

/** The patch is applied as it was made, to the side that it is for. */
function patchWordsOf(clientOptions: readonly string[]): string[] {
  const target = clientOptions.includes('--remdata') ? 'local.img' : 'remote.img';
  return [`--patch=${target}`, ...clientOptions.filter((word) => word.startsWith('--diffsize'))];
}

describe.each(GOLDEN_CASES)('golden case $id', (golden) => {
  const clientOptions = wordsOf(golden.clientArgs);
  const isRemoteData = clientOptions.includes('--remdata');

  it('is made by client and server as recorded, and fits the device that the patch names', async () => {
    const cwd = await temporaryFolder();
    const images = await makeGoldenImages(golden, cwd);
    const words = ['--fixedsalt', ...clientOptions, serverCommand(undefined, golden.serverArgs)];
    const made = await runBdsync([...words, 'local.img', 'remote.img'], {cwd});
    expect(made).toMatchObject({status: golden.clientExit, stderr: golden.clientStderr});
    if (golden.clientExit !== 0) {
      expect(made.stdout.length).toBe(0);
      return;
    }
    expect(made.stdout.equals(await readGolden(golden, 'patch.bdsync'))).toBe(true);

    const [, ...sizeWords] = patchWordsOf(clientOptions);
    expect(await runBdsync(['--patch', ...sizeWords], {cwd, input: made.stdout})).toMatchObject({status: 0});
    expect(await sha256(isRemoteData ? images.local : images.remote)).toBe(golden.patchedSha256);
  });
});

describe.each(GOLDEN_CASES.filter(({patchExit}) => patchExit !== null))('the patch of golden case $id', (golden) => {
  it('is applied as recorded', async () => {
    const clientOptions = wordsOf(golden.clientArgs);
    const cwd = await temporaryFolder();
    const images = await makeGoldenImages(golden, cwd);
    const input = await readGolden(golden, 'patch.bdsync');
    const applied = await runBdsync(patchWordsOf(clientOptions), {cwd, input});
    expect(applied).toMatchObject({status: golden.patchExit, stderr: golden.patchStderr});
    expect(await sha256(clientOptions.includes('--remdata') ? images.local : images.remote)).toBe(golden.patchedSha256);
  });
});
