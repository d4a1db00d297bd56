import {once} from 'node:events';
import {readdir, readFile, rename, writeFile} from 'node:fs/promises';
import {expect, it} from 'vitest';
import {runBdsync, startBdsync} from '../../support/run-bdsync.js';
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

it('--patch --held does not write to what took the place of the target that it keeps', async () => {
  const images = await sealedImages();
  const {child, stdin, result} = startBdsync([`--patch=${images.targetPath}`, '--held']);
  if (child.stdout) await once(child.stdout, 'data');
  const other = await readFile(images.targetPath);
  await writeFile(`${images.targetPath}.other`, other);
  await rename(`${images.targetPath}.other`, images.targetPath);
  stdin.end(await readFile(images.patchPath));
  expect(await result).toMatchObject({
    status: 12,
    stderr: expect.stringContaining(`${images.targetPath} was removed or replaced while it was being locked`),
  });
  expect(await stateOf(images)).toBe('old');
});
