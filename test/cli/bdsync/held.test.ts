import {readdir, readFile} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {runBdsync} from '../../support/run-bdsync.js';
import {sealedImages, stateOf} from '../../support/sealed-images.js';

it('--sealed --held says that it is ready, and writes when it is told to', async () => {
  const images = await sealedImages();
  const words = [`--patch=${images.targetPath}`, `--sealed=${images.patchPath}`, '--held'];
  const result = await runBdsync(words, {input: Buffer.from('go\n')});
  expect(result).toMatchObject({status: 0, stderr: ''});
  expect(result.stdout.toString()).toMatch(/^ready\nsealed applied /);
  expect(await stateOf(images)).toBe('new');
});

it('--sealed --held writes nothing when whoever holds the target is gone', async () => {
  const images = await sealedImages();
  const words = [`--patch=${images.targetPath}`, `--sealed=${images.patchPath}`, '--held'];
  expect(await runBdsync(words)).toMatchObject({
    status: 14,
    stderr: expect.stringContaining('did not tell us to begin'),
  });
  expect(await stateOf(images)).toBe('old');
  expect((await readdir(images.folder)).toSorted()).toEqual(['patch', 'source.img', 'target.img']);
});

it('--patch --held says that it is ready before it gets a patch, and wants to know the target', async () => {
  const images = await sealedImages();
  const input = await readFile(images.patchPath);
  const result = await runBdsync([`--patch=${images.targetPath}`, '--held'], {input});
  expect(result).toMatchObject({status: 0, stderr: ''});
  expect(result.stdout.toString()).toBe('ready\n');
  expect(await stateOf(images)).toBe('new');
  expect(await runBdsync(['--patch', '--held'])).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('--held needs a target'),
  });
});
