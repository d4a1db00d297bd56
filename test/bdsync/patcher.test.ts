import {readFile, stat, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {Readable} from 'node:stream';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {encodePatchEnd, encodePatchHeader} from '#dist/bdsync/patch/patch-format.js';
import {applyPatch, type PatchRequest} from '#dist/bdsync/patcher.js';
import {parseSizePolicy, STRICT_SIZE_POLICY} from '#dist/bdsync/size-policy.js';
import {attachLoopDevice, mountOn, noLoopDevices} from '../support/loop-device.js';
import {encodePatch, type PatchParts, rawExtentHeader} from '../support/patch-bytes.js';
import {temporaryFolder} from '../support/temporary-folder.js';

async function imageOf(content: Uint8Array | string): Promise<string> {
  const path = join(await temporaryFolder(), 'disk.img');
  await writeFile(path, content);
  return path;
}

type PatchSpecification = Partial<PatchParts> & Pick<PatchParts, 'sizeBytes'>;

function patchOf(specification: PatchSpecification): Buffer {
  return encodePatch({deviceName: Buffer.from('/dev/elsewhere'), extents: [], ...specification});
}

function apply(patch: Uint8Array, request: Omit<PatchRequest, 'patch' | 'sizePolicy'> & {diffsize?: string}) {
  const {diffsize, ...rest} = request;
  const sizePolicy = diffsize === undefined ? STRICT_SIZE_POLICY : parseSizePolicy(diffsize);
  return applyPatch({patch: Readable.from([patch]), sizePolicy, ...rest});
}

describe('applyPatch', () => {
  it('writes the extents, in their order, and nothing else', async () => {
    const targetPath = await imageOf('0123456789');
    const checksum = {name: 'md5', value: Uint8Array.of(1, 2, 3)};
    const extents = [
      {position: 2, data: Buffer.from('ab')},
      {position: 4, data: Buffer.from('cd')},
      {position: 9, data: Buffer.from('z')},
      {position: 3, data: Buffer.from('B')},
    ];
    const patch = patchOf({sizeBytes: 10, extents, checksum});
    expect(await apply(patch, {targetPath})).toEqual({
      targetPath,
      sizeBytes: 10,
      extents: 4,
      writtenBytes: 6,
      patchBytes: patch.length,
      checksum,
    });
    expect(await readFile(targetPath, 'latin1')).toBe('01aBcd678z');
  });

  it('does what writing each extent by itself would do', async () => {
    const sizeBytes = 3 * 2 ** 20;
    const extents = fc.array(
      fc.record({
        position: fc.integer({min: 0, max: (sizeBytes - 32768) / 4096}).map((block) => block * 4096),
        data: fc
          .record({length: fc.constantFrom(1, 512, 4096, 32768), value: fc.nat(255)})
          .map(({length, value}) => Buffer.alloc(length, value)),
      }),
      {maxLength: 200},
    );
    const targetPath = await imageOf('');
    await fc.assert(
      fc.asyncProperty(extents, async (extents) => {
        await writeFile(targetPath, Buffer.alloc(sizeBytes, '.'));
        await apply(patchOf({sizeBytes, extents}), {targetPath});
        const expected = Buffer.alloc(sizeBytes, '.');
        for (const {position, data} of extents) expected.set(data, position);
        expect(expected.equals(await readFile(targetPath))).toBe(true);
      }),
      {numRuns: 20},
    );
  });

  it('gathers a run of adjacent extents that is longer than its buffer', async () => {
    const data = Buffer.from(Array.from({length: 32768}, (_, index) => index % 251));
    const extents = Array.from({length: 70}, (_, index) => ({position: index * 32768, data}));
    const sizeBytes = 70 * 32768;
    const targetPath = await imageOf(Buffer.alloc(sizeBytes));
    expect(await apply(patchOf({sizeBytes, extents}), {targetPath})).toMatchObject({writtenBytes: sizeBytes});
    expect((await readFile(targetPath)).equals(Buffer.concat(extents.map((extent) => extent.data)))).toBe(true);
  });

  it('takes the target from the patch when none is given', async () => {
    const path = await imageOf('abc');
    const extents = [{position: 1, data: Buffer.from('X')}];
    const patch = patchOf({sizeBytes: 3, deviceName: Buffer.from(path), extents});
    expect(await apply(patch, {})).toMatchObject({targetPath: path});
    expect(await readFile(path, 'latin1')).toBe('aXc');
  });

  it.each([
    ['empty', Buffer.alloc(0)],
    ['of two strings', Buffer.from('a\0b')],
    ['not text', Buffer.of(0x2f, 0xff)],
  ])('refuses a path in the patch that is %s', async (_, deviceName) => {
    await expect(apply(patchOf({sizeBytes: 3, deviceName}), {})).rejects.toMatchObject({
      code: 'invalid-patch',
      hint: 'give the target explicitly',
    });
  });

  it('warns about another device name when asked to', async () => {
    const targetPath = await imageOf('abc');
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    const patch = patchOf({sizeBytes: 3});
    await apply(patch, {targetPath, onWarning});
    expect(warnings).toEqual([]);
    await apply(patch, {targetPath, warnDevice: true, onWarning});
    expect(warnings).toEqual([`Warning: different device names parameter=${targetPath} data=/dev/elsewhere`]);
    await apply(patchOf({sizeBytes: 3, deviceName: Buffer.from(targetPath)}), {
      targetPath,
      warnDevice: true,
      onWarning,
    });
    expect(warnings).toHaveLength(1);
  });

  it('tells how far it is', async () => {
    const targetPath = await imageOf('0123456789');
    const extents = [
      {position: 2, data: Buffer.from('ab')},
      {position: 9, data: Buffer.from('z')},
    ];
    const positions: number[] = [];
    const onProgress = ({position, sizeBytes}: {position: number; sizeBytes: number}): void => {
      expect(sizeBytes).toBe(10);
      positions.push(position);
    };
    await apply(patchOf({sizeBytes: 10, extents}), {targetPath, onProgress});
    expect(positions).toEqual([4, 10]);
  });
});

describe('applyPatch when the sizes differ', () => {
  const extents = [
    {position: 0, data: Buffer.from('AB')},
    {position: 3, data: Buffer.from('D')},
  ];

  it('refuses by default, before anything is written', async () => {
    const targetPath = await imageOf('abc');
    await expect(apply(patchOf({sizeBytes: 4, extents}), {targetPath})).rejects.toMatchObject({
      code: 'size-mismatch',
      message: 'Different sizes current=3 patch=4',
      hint: expect.stringContaining('--diffsize=resize'),
    });
    expect(await readFile(targetPath, 'latin1')).toBe('abc');
  });

  it('extends a file by a hole', async () => {
    const targetPath = await imageOf('abc');
    const warnings: string[] = [];
    const onWarning = (message: string): void => void warnings.push(message);
    const sizeBytes = 2 ** 26;
    await apply(patchOf({sizeBytes, extents}), {targetPath, diffsize: 'resize,warn', onWarning});
    const image = await readFile(targetPath);
    expect(image.subarray(0, 5).toString()).toBe('ABcD\0');
    expect(image.length).toBe(sizeBytes);
    expect((await stat(targetPath)).blocks * 512).toBeLessThan(2 ** 20);
    expect(warnings).toEqual([`Different sizes current=3 patch=${sizeBytes}`]);
  });

  it('truncates a file', async () => {
    const targetPath = await imageOf('abcdefgh');
    await apply(patchOf({sizeBytes: 4, extents}), {targetPath, diffsize: 'resize'});
    expect(await readFile(targetPath, 'latin1')).toBe('ABcD');
  });

  it('truncates only when the whole patch is there: until then its maker may still be reading', async () => {
    const targetPath = await imageOf('abcdefgh');
    const patch = patchOf({sizeBytes: 4, extents});
    await expect(apply(patch.subarray(0, -1), {targetPath, diffsize: 'resize'})).rejects.toMatchObject({
      code: 'invalid-patch',
    });
    expect(await readFile(targetPath, 'latin1')).toMatch(/efgh$/);
  });

  it('cuts what reaches past a smaller target with minsize', async () => {
    const targetPath = await imageOf('abc');
    const straddling = [{position: 1, data: Buffer.from('XYZ')}];
    expect(
      await apply(patchOf({sizeBytes: 5, extents: [...straddling, ...extents]}), {targetPath, diffsize: 'minsize'}),
    ).toMatchObject({sizeBytes: 3});
    expect(await readFile(targetPath, 'latin1')).toBe('ABY');
    await apply(patchOf({sizeBytes: 4, extents: straddling}), {targetPath, diffsize: 'minsize'});
    expect(await readFile(targetPath, 'latin1')).toBe('AXY');
  });

  it('leaves the rest of a larger target alone with minsize', async () => {
    const targetPath = await imageOf('abcdefgh');
    await apply(patchOf({sizeBytes: 4, extents}), {targetPath, diffsize: 'minsize'});
    expect(await readFile(targetPath, 'latin1')).toBe('ABcDefgh');
  });
});

/** What the target is like each time that it is told about. */
async function story(content: string, patch: Uint8Array, diffsize?: string): Promise<string[]> {
  const targetPath = await imageOf(content);
  const told: string[] = [];
  const tell = async (what: string): Promise<void> => {
    told.push(`${what}: ${await readFile(targetPath, 'latin1')}`);
  };
  const marking = {begin: () => tell('begin'), end: () => tell('end')};
  const request = {targetPath, marking, ...(diffsize !== undefined && {diffsize})};
  await apply(patch, request).catch(() => told.push('failed'));
  return told;
}

describe('applyPatch with a marking', () => {
  const extents = [
    {position: 2, data: Buffer.from('C')},
    {position: 0, data: Buffer.from('A')},
  ];

  it('begins before the first byte is written, and ends behind the last one', async () => {
    expect(await story('abc', patchOf({sizeBytes: 3, extents}))).toEqual(['begin: abc', 'end: AbC']);
  });

  it('begins before the size changes', async () => {
    expect(await story('abc', patchOf({sizeBytes: 4, extents}), 'resize')).toEqual(['begin: abc', 'end: AbC\0']);
    expect(await story('abcd', patchOf({sizeBytes: 3}), 'resize')).toEqual(['begin: abcd', 'end: abc']);
  });

  it('only ends when there is nothing to be written', async () => {
    expect(await story('abc', patchOf({sizeBytes: 3}))).toEqual(['end: abc']);
    expect(await story('ab', patchOf({sizeBytes: 3, extents: extents.slice(0, 1)}), 'minsize')).toEqual(['end: ab']);
  });

  it('does not end when the patch does not, and does not begin when nothing may be written', async () => {
    const patch = patchOf({sizeBytes: 3, extents});
    expect(await story('abc', patch.subarray(0, -1))).toEqual(['begin: abc', 'failed']);
    expect(await story('abcd', patch)).toEqual(['failed']);
  });
});

describe('applyPatch when something goes wrong', () => {
  it('refuses a patch that is cut off, at every place, and says whether the target was changed', async () => {
    const extents = [
      {position: 0, data: Buffer.from('AB')},
      {position: 6, data: Buffer.from('GH')},
    ];
    const patch = patchOf({sizeBytes: 8, extents, checksum: {name: 'md5', value: Uint8Array.of(7)}});
    for (let length = 0; length < patch.length; length += 1) {
      const targetPath = await imageOf('abcdefgh');
      const failure = apply(patch.subarray(0, length), {targetPath});
      await expect(failure).rejects.toMatchObject({code: 'invalid-patch'});
      const isChanged = (await readFile(targetPath, 'latin1')) !== 'abcdefgh';
      const incomplete = `${targetPath} is incomplete: 2 bytes of the patch were already written`;
      await expect(failure).rejects.toMatchObject({hint: isChanged ? incomplete : undefined});
    }
  });

  it('says that a target is incomplete which has only been resized', async () => {
    const targetPath = await imageOf('abcd');
    const patch = patchOf({sizeBytes: 8}).subarray(0, -1);
    await expect(apply(patch, {targetPath, diffsize: 'resize'})).rejects.toMatchObject({
      code: 'invalid-patch',
      hint: `${targetPath} is incomplete: the patch had been begun`,
    });
    expect(await readFile(targetPath, 'latin1')).toBe('abcd\0\0\0\0');
  });

  it('refuses bytes after the end', async () => {
    const targetPath = await imageOf('abcd');
    const patch = Buffer.concat([patchOf({sizeBytes: 4}), Buffer.from('\n')]);
    await expect(apply(patch, {targetPath})).rejects.toMatchObject({
      code: 'invalid-patch',
      message: expect.stringContaining(`bytes after its end at offset ${patch.length - 1}`),
    });
  });

  it('never writes past the end of the target', async () => {
    const targetPath = await imageOf('abcd');
    const prelude = encodePatchHeader({sizeBytes: 4, deviceName: Buffer.from('x')});
    const patch = Buffer.concat([prelude, rawExtentHeader(3n, 2), Buffer.from('XY'), encodePatchEnd()]);
    for (const diffsize of ['strict', 'resize', 'minsize']) {
      await expect(apply(patch, {targetPath, diffsize})).rejects.toMatchObject({
        code: 'invalid-patch',
        message: expect.stringContaining(`at offset ${prelude.length}`),
      });
    }
    expect(await readFile(targetPath, 'latin1')).toBe('abcd');
  });

  it('passes on why the patch cannot be read', async () => {
    const targetPath = await imageOf('abcd');
    const patch = patchOf({sizeBytes: 4, extents: [{position: 0, data: Buffer.from('A')}]});
    async function* brokenInput(): AsyncGenerator<Uint8Array> {
      yield patch.subarray(0, 20);
      throw new Error('the line was cut');
    }
    await expect(applyPatch({patch: brokenInput(), targetPath, sizePolicy: STRICT_SIZE_POLICY})).rejects.toMatchObject({
      code: 'read',
      message: 'cannot read the patch: the line was cut',
    });
  });

  it('ends at once when it is cancelled while it waits for the patch', async () => {
    const targetPath = await imageOf('abcd');
    const abort = new AbortController();
    const patch = new Readable({read() {}});
    const failure = applyPatch({patch, targetPath, sizePolicy: STRICT_SIZE_POLICY, signal: abort.signal});
    patch.push(patchOf({sizeBytes: 4}).subarray(0, 30));
    setTimeout(() => abort.abort(), 20);
    await expect(failure).rejects.toMatchObject({code: 'cancelled'});
    patch.destroy();
  });

  it('stops reading a patch that it refuses', async () => {
    const patch = Readable.from([Buffer.from('not a patch, by no means'), Buffer.alloc(10)]);
    const targetPath = await imageOf('abcd');
    await expect(applyPatch({patch, targetPath, sizePolicy: STRICT_SIZE_POLICY})).rejects.toMatchObject({
      code: 'invalid-patch',
    });
    expect(patch.destroyed).toBe(true);
  });
});

describe('applyPatch on real block devices and file systems', () => {
  it('writes to a block device and refuses to resize it', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const image = await imageOf(Buffer.alloc(2 ** 20));
    const targetPath = attachLoopDevice(image);
    const extents = [{position: 2 ** 20 - 2, data: Buffer.from('!!')}];
    expect(await apply(patchOf({sizeBytes: 2 ** 20, extents}), {targetPath})).toMatchObject({sizeBytes: 2 ** 20});
    expect((await readFile(targetPath)).subarray(-3).toString()).toBe('\0!!');
    await expect(apply(patchOf({sizeBytes: 2 ** 19}), {targetPath, diffsize: 'resize'})).rejects.toMatchObject({
      code: 'size-mismatch',
      message: `cannot resize ${targetPath} from ${2 ** 20} to ${2 ** 19} bytes: it is a block device`,
    });
  });

  it('says that a disk is full, and where', async ({skip}) => {
    skip(noLoopDevices !== undefined, `mounting needs root (${noLoopDevices})`);
    const folder = await temporaryFolder();
    mountOn(folder, ['-t', 'tmpfs', '-o', 'size=512k', 'none']);
    const targetPath = join(folder, 'disk.img');
    const sizeBytes = 4 * 2 ** 20;
    await writeFile(targetPath, '');
    await truncate(targetPath, sizeBytes);
    const data = Buffer.alloc(32768, 1);
    const extents = Array.from({length: 100}, (_, index) => ({position: index * 32768, data}));
    await expect(apply(patchOf({sizeBytes, extents}), {targetPath})).rejects.toMatchObject({
      code: 'write',
      message: expect.stringMatching(new RegExp(`^cannot write ${targetPath} at position \\d+: no space left$`)),
    });
  });

  it('does not report success when the medium did not take what was written', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const folder = await temporaryFolder();
    mountOn(folder, ['-t', 'tmpfs', '-o', 'size=512k', 'none']);
    const image = join(folder, 'disk.img');
    const sizeBytes = 4 * 2 ** 20;
    await writeFile(image, '');
    await truncate(image, sizeBytes);
    const targetPath = attachLoopDevice(image);
    const data = Buffer.alloc(32768, 1);
    const extents = Array.from({length: 64}, (_, index) => ({position: index * 32768, data}));
    // All of it fits into the page cache of the device, so that only the sync can tell.
    await expect(apply(patchOf({sizeBytes, extents}), {targetPath})).rejects.toMatchObject({
      code: 'write',
      message: expect.stringContaining(`cannot bring ${targetPath} to its medium: `),
    });
  });
});
