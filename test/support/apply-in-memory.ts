import {PatchDecoder} from '#dist/bdsync/patch/patch-decoder.js';

/** The image after `patch`, which may change its size; throws when the patch is not complete. */
export function applyInMemory(image: Buffer, patch: Uint8Array, mode: 'resize' | 'keep-size'): Buffer {
  const decoder = new PatchDecoder();
  let patched = Buffer.from(image);
  for (const event of decoder.push(patch)) {
    if (event.kind === 'header' && mode === 'resize') {
      patched = Buffer.alloc(event.header.sizeBytes);
      image.copy(patched);
    } else if (event.kind === 'extent') {
      if (event.position + event.data.length > patched.length) throw new Error('data past the end');
      patched.set(event.data, event.position);
    }
  }
  decoder.finish();
  return patched;
}

/** The checksum at the end of a patch, as `name:hex`. */
export function checksumOf(patch: Uint8Array): string | undefined {
  const end = new PatchDecoder().push(patch).at(-1);
  if (end?.kind !== 'end') throw new Error('the patch has no end');
  return end.checksum && `${end.checksum.name}:${Buffer.from(end.checksum.value).toString('hex')}`;
}
