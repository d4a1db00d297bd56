import {open, readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import {expect, it} from 'vitest';
import {applyPatch} from '#dist/bdsync/patcher.js';
import {SealedPatch} from '#dist/bdsync/sealed/sealed-patch.js';
import {STRICT_SIZE_POLICY} from '#dist/bdsync/size-policy.js';
import {readVector} from '../support/seal-vectors.js';
import {temporaryFolder} from '../support/temporary-folder.js';

// See test/fixtures/seal/README.md.
const OLD = Buffer.from('a'.repeat(20));
const NEW = Buffer.from('AAAAAAAAAAAAAAAAZZZZ');

it('a patch that ends early at any byte is refused, and what it wrote is the beginning of what it brings', async () => {
  const sealed = readVector('three-blocks.bdsync');
  const patchBytes = sealed.indexOf('BDSYNC-SEAL');
  const targetPath = join(await temporaryFolder(), 'target.img');
  for (let cut = 0; cut < sealed.length; cut += 1) {
    await writeFile(targetPath, OLD);
    const request = {patch: Readable.from([sealed.subarray(0, cut)]), targetPath, sizePolicy: STRICT_SIZE_POLICY};
    const outcome = await applyPatch(request).then(
      () => 'applied',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );
    const target = await readFile(targetPath);
    // Without its seal it is a whole patch.
    expect([cut, outcome]).toEqual([cut, cut === patchBytes ? 'applied' : 'invalid-patch']);
    const arrived = NEW.findIndex((byte, index) => target[index] !== byte);
    const expected = arrived < 0 ? NEW : Buffer.concat([NEW.subarray(0, arrived), OLD.subarray(arrived)]);
    expect([cut, target]).toEqual([cut, cut === patchBytes ? NEW : expected]);
  }
});

it('a sealed patch that ends early at any byte is not taken for whole', async () => {
  const path = join(await temporaryFolder(), 'patch');
  const sealed = readVector('three-blocks.bdsync');
  await writeFile(path, sealed);
  await using patch = await SealedPatch.open(path, undefined);
  await using file = await open(path, 'r+');
  for (let cut = sealed.length - 1; cut >= 0; cut -= 1) {
    await file.truncate(cut);
    await expect(patch.check(), `of ${cut} bytes`).rejects.toMatchObject({code: 'invalid-patch'});
  }
});
