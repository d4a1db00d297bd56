import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {DEFAULT_DIFF_OPTIONS, type DiffOptions} from '#dist/bdsync/client.js';
import {openDevice} from '#dist/bdsync/device/device.js';
import {diffDevices} from '#dist/bdsync/local-diff.js';
import {PatchCollector} from './bdsync-session.js';
import {edited, noise} from './images.js';
import {temporaryFolder} from './temporary-folder.js';

/** A target, the sealed patch that makes it like its source, and both contents. */
export interface SealedImages {
  readonly folder: string;
  readonly targetPath: string;
  readonly patchPath: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

export interface SealedImagesOptions extends Partial<DiffOptions> {
  readonly source?: Buffer;
  readonly target?: Buffer;
  readonly targetIdentity?: string;
}

/** In a new folder: one MiB with some edits, unless the images are given. */
export async function sealedImages(options: SealedImagesOptions = {}): Promise<SealedImages> {
  const folder = await temporaryFolder();
  const {source, target, targetIdentity = '', ...diffOptions} = options;
  const after = source ?? noise(1 << 20, 1);
  const before = target ?? edited(after, 40, 2);
  const targetPath = join(folder, 'target.img');
  const patchPath = join(folder, 'patch');
  await writeFile(targetPath, before);
  await writeFile(join(folder, 'source.img'), after);
  await writeFile(patchPath, await sealPatch(folder, {...DEFAULT_DIFF_OPTIONS, ...diffOptions}, targetIdentity));
  return {folder, targetPath, patchPath, before, after};
}

async function sealPatch(folder: string, options: DiffOptions, targetIdentity: string): Promise<Buffer> {
  await using source = await openDevice(join(folder, 'source.img'), 'read');
  await using target = await openDevice(join(folder, 'target.img'), 'read');
  const patch = new PatchCollector();
  await diffDevices({source, target, options, seal: {targetIdentity}, writePatch: patch.write});
  return patch.bytes();
}

/** What the target has now, in a word. */
export async function stateOf({targetPath, before, after}: SealedImages): Promise<'old' | 'new' | 'neither'> {
  const image = await readFile(targetPath);
  if (image.equals(after)) return 'new';
  return image.equals(before) ? 'old' : 'neither';
}
