import {readdir, readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise} from '../../support/images.js';
import {attachLoopDevice, mountOn, noLoopDevices} from '../../support/loop-device.js';
import {encodePatch, type PatchParts} from '../../support/patch-bytes.js';
import {OUR_BDSYNC, runBdsync, startBdsync} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {until} from '../../support/until.js';

function patchOf(parts: Partial<PatchParts>): Buffer {
  return encodePatch({sizeBytes: 8, deviceName: Buffer.from('/dev/other'), extents: [], ...parts});
}

const EXTENTS = [{position: 6, data: Buffer.from('GH')}];

async function imageFolder(content: string): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'disk.img'), content);
  return cwd;
}

async function patch(words: readonly string[], input: Uint8Array, content = 'abcdefgh') {
  const cwd = await imageFolder(content);
  const {status, stderr, stdout} = await runBdsync(['--patch=disk.img', ...words], {cwd, input});
  expect(stdout.length).toBe(0);
  return {status, stderr, image: await readFile(join(cwd, 'disk.img'), 'latin1')};
}

/** The marks in the state folder `state`. */
async function marks(cwd: string): Promise<unknown[]> {
  const folder = join(cwd, 'state', 'incomplete');
  const names = await readdir(folder).catch(() => []);
  return await Promise.all(names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8'))));
}

describe('bdsync --patch', () => {
  it('says that the target is incomplete when only a part of its first write was taken', async () => {
    const sizeBytes = 1 << 20;
    const extents = Array.from({length: 32}, (_, index) => ({position: index << 15, data: Buffer.alloc(1 << 15, 'x')}));
    const cwd = await imageFolder('');
    await truncate(join(cwd, 'disk.img'), sizeBytes);
    // A shell counts in blocks of 512 bytes.
    const program = ['/bin/sh', '-c', 'ulimit -f 128; exec "$@"', 'sh', ...OUR_BDSYNC];
    const result = await runBdsync(['--patch=disk.img'], {cwd, program, input: patchOf({sizeBytes, extents})});
    expect(result).toMatchObject({
      status: 9,
      stderr: expect.stringMatching(
        /cannot write disk\.img at position 65536: .*\(disk\.img is incomplete: the patch had/,
      ),
    });
    expect((await readFile(join(cwd, 'disk.img'))).indexOf(0)).toBe(65536);
  });

  it('does from a file what it does from a pipe, however large the patch is', async () => {
    const image = noise(6 << 20, 1);
    const sizeBytes = image.length;
    const runs = [
      {begin: 4096, bytes: 32768, count: 80},
      {begin: 3 << 20, bytes: 4096, count: 300},
      {begin: 5 << 20, bytes: 13, count: 70_000},
    ];
    const extents = runs.flatMap(({begin, bytes, count}) =>
      Array.from({length: count}, (_, index) => {
        // Every fifth is left out: some lie side by side, some do not.
        const position = begin + (index + Math.floor(index / 5)) * bytes;
        return {position, data: image.subarray(position, position + bytes)};
      }),
    );
    const bytes = patchOf({sizeBytes, extents: extents.filter(({data}) => data.length > 0)});
    const expected = Buffer.alloc(sizeBytes);
    for (const {position, data} of extents) data.copy(expected, position);

    const cwd = await imageFolder('');
    await writeFile(join(cwd, 'patch'), bytes);
    const fromFile = {cwd, program: ['/bin/sh', '-c', 'exec "$@" < patch', 'sh', ...OUR_BDSYNC]};
    for (const options of [fromFile, {cwd, input: bytes}]) {
      await writeFile(join(cwd, 'disk.img'), Buffer.alloc(sizeBytes));
      expect(await runBdsync(['--patch=disk.img'], options)).toMatchObject({status: 0, stderr: ''});
      expect((await readFile(join(cwd, 'disk.img'))).equals(expected)).toBe(true);
    }
    await truncate(join(cwd, 'patch'), bytes.length - 1);
    expect(await runBdsync(['--patch=disk.img'], fromFile)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/the patch ends early at offset \d+, in the .*\(disk\.img is incomplete: /),
    });
  });

  describe('with --mark', () => {
    const whole = patchOf({extents: EXTENTS});
    const options = ['--mark=run 7', '--state-dir=state'];

    it('marks the target while it is written, also when it is killed, until a patch was applied as a whole', async () => {
      const cwd = await imageFolder('abcdefgh');
      const {child, stdin, result} = startBdsync(['--patch=disk.img', ...options], {cwd});
      stdin.write(whole.subarray(0, -1));
      await until('the mark', async () => (await marks(cwd)).length > 0);
      const mark = {path: 'disk.img', by: 'run 7', since: expect.any(String)};
      expect(await marks(cwd)).toMatchObject([mark]);
      child.kill('SIGKILL');
      expect(await result).toMatchObject({signal: 'SIGKILL'});
      expect(await marks(cwd)).toMatchObject([mark]);
      const again = await runBdsync(['--patch=disk.img', ...options], {cwd, input: whole.subarray(0, -1)});
      expect(again.status).toBe(2);
      expect(await marks(cwd)).toMatchObject([mark]);
      const last = await runBdsync(['--patch=disk.img', ...options], {cwd, input: whole});
      expect(last).toMatchObject({status: 0, stderr: ''});
      expect(await marks(cwd)).toEqual([]);
    });

    it('takes away a mark also when nothing is to be written', async () => {
      const cwd = await imageFolder('abcdefgh');
      await runBdsync(['--patch=disk.img', ...options], {cwd, input: whole.subarray(0, -1)});
      expect(await marks(cwd)).toHaveLength(1);
      expect(await runBdsync(['--patch=disk.img', ...options], {cwd, input: patchOf({})})).toMatchObject({status: 0});
      expect(await marks(cwd)).toEqual([]);
    });

    it('goes on where it cannot, and warns', async () => {
      const cwd = await imageFolder('abcdefgh');
      await writeFile(join(cwd, 'state'), 'this is no folder');
      expect(await runBdsync(['--patch=disk.img', ...options], {cwd, input: whole})).toMatchObject({
        status: 0,
        stderr: expect.stringMatching(
          /^Warning: an interruption of this would leave no mark on disk\.img: cannot use the state folder state: .*\n$/,
        ),
      });
      expect(await readFile(join(cwd, 'disk.img'), 'latin1')).toBe('abcdefGH');
    });

    it('only then: without it, nothing is marked and no mark is taken away', async () => {
      const cwd = await imageFolder('abcdefgh');
      const env = {STATE_DIRECTORY: join(cwd, 'state')};
      await runBdsync(['--patch=disk.img'], {cwd, env, input: whole.subarray(0, -1)});
      expect(await readdir(cwd)).toEqual(['disk.img']);
      await runBdsync(['--patch=disk.img', '--mark'], {cwd, env, input: whole.subarray(0, -1)});
      expect(await marks(cwd)).toHaveLength(1);
      expect(await runBdsync(['--patch=disk.img'], {cwd, env, input: whole})).toMatchObject({status: 0});
      expect(await marks(cwd)).toHaveLength(1);
    });
  });

  it('says nothing when all is well', async () => {
    expect(await patch([], patchOf({extents: EXTENTS}))).toEqual({status: 0, stderr: '', image: 'abcdefGH'});
  });

  it('shows the checksum of the patch', async () => {
    const checksum = {name: 'md5', value: Buffer.from('00ff10', 'hex')};
    expect(await patch([], patchOf({checksum}))).toMatchObject({status: 0, stderr: 'checksum[md5]: 00ff10\n'});
  });

  it('does not let a patch speak to the terminal', async () => {
    const checksum = {name: 'a\u001b[2J\n', value: Buffer.of(1)};
    const deviceName = Buffer.from('\u001b]0;title\u0007');
    expect(await patch(['-w'], patchOf({checksum, deviceName}))).toMatchObject({
      status: 0,
      stderr:
        'Warning: different device names parameter=disk.img data=\\x1b]0;title\\x07\nchecksum[a\\x1b[2J\\n]: 01\n',
    });
  });

  it('warns of another device with --warndev', async () => {
    expect(await patch(['--warndev'], patchOf({}))).toMatchObject({
      status: 0,
      stderr: 'Warning: different device names parameter=disk.img data=/dev/other\n',
    });
  });

  it.each([
    [[], 3, 'Different sizes current=5 patch=8\n', 'abcde'],
    [['-dstrict'], 3, 'Different sizes current=5 patch=8\n', 'abcde'],
    [['--diffsize'], 0, '', 'abcde\0GH'],
    [['--diffsize=resize,warn'], 0, 'Different sizes current=5 patch=8\n', 'abcde\0GH'],
    [['--diffsize=minsize'], 0, '', 'abcde'],
    [['--diffsize=minsize,warn'], 0, 'Different sizes current=5 patch=8\n', 'abcde'],
  ])('goes by %j when the sizes differ', async (words, status, stderr, image) => {
    expect(await patch(words, patchOf({extents: EXTENTS}), 'abcde')).toEqual({status, stderr, image});
  });

  it.each([
    [
      'cut off',
      patchOf({extents: EXTENTS}).subarray(0, -1),
      /^bdsync: the patch ends early at offset \d+, in the .*\n$/,
    ],
    ['empty', Buffer.alloc(0), /^bdsync: the patch is empty\n$/],
    [
      'followed by more',
      Buffer.concat([patchOf({}), Buffer.of(0)]),
      /^bdsync: the patch has bytes after its end .*\n$/,
    ],
    ['no patch', Buffer.from('bash: bdsync: command not found\n'), /^bdsync: .* it is no bdsync patch\n$/],
    [
      'too long',
      patchOf({sizeBytes: 7, extents: EXTENTS}),
      /^bdsync: the patch has an extent outside of its device .*\n$/,
    ],
  ])('refuses a patch that is %s', async (_, input, message) => {
    const {status, stderr} = await patch(['-dresize'], input);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('says that the target is missing, or none', async () => {
    const cwd = await imageFolder('abcdefgh');
    expect(await runBdsync(['-pnone.img'], {cwd, input: patchOf({})})).toMatchObject({
      status: 12,
      stderr: 'bdsync: cannot open none.img: it does not exist\n',
    });
    expect(await runBdsync(['-p.'], {cwd, input: patchOf({})})).toMatchObject({
      status: 12,
      stderr: 'bdsync: . is a folder, not a block device or an image file\n',
    });
  });

  it('tells its progress, to the end', async () => {
    const {stderr} = await patch(['--progress', '-v'], patchOf({extents: EXTENTS}));
    expect(stderr).toMatch(/^(PROGRESS:\d{3}%,\d+,\d,8,.*\n)*PROGRESS:100%,\d+,8,8,.*\nbdsync: .*1 extents.*\n$/);
  });

  it('ends at SIGTERM while it waits for the patch', async () => {
    const cwd = await imageFolder('abcdefgh');
    const {child, stdin, result} = startBdsync(['--patch=disk.img', '--diffsize=resize,warn'], {cwd});
    stdin.write(patchOf({sizeBytes: 9}).subarray(0, -1));
    await new Promise((resolve) => child.stderr?.once('data', resolve));
    child.kill('SIGTERM');
    expect(await result).toMatchObject({status: 143});
  });

  it('writes to a block device, and does not resize it', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const cwd = await imageFolder('a'.repeat(4096));
    const device = attachLoopDevice(join(cwd, 'disk.img'));
    const whole = patchOf({sizeBytes: 4096, extents: EXTENTS});
    expect(await runBdsync([`--patch=${device}`], {input: whole})).toMatchObject({status: 0, stderr: ''});
    expect((await readFile(join(cwd, 'disk.img'), 'latin1')).slice(0, 9)).toBe('aaaaaaGHa');
    const larger = patchOf({sizeBytes: 8192, extents: EXTENTS});
    expect(await runBdsync([`--patch=${device}`, '-dresize'], {input: larger})).toMatchObject({
      status: 3,
      stderr: `bdsync: cannot resize ${device} from 4096 to 8192 bytes: it is a block device\n`,
    });
  });

  it('says that the disk of the target is full', async ({skip}) => {
    skip(noLoopDevices !== undefined, `mounting needs root (${noLoopDevices})`);
    const cwd = await temporaryFolder();
    mountOn(join(cwd, 'small'), ['-t', 'tmpfs', '-o', 'size=256k', 'none']);
    const target = join(cwd, 'small/disk.img');
    const sizeBytes = 2 ** 21;
    await writeFile(target, '');
    await truncate(target, sizeBytes);
    const data = Buffer.alloc(32768, 1);
    const extents = Array.from({length: 60}, (_, index) => ({position: index * 32768, data}));
    expect(await runBdsync([`--patch=${target}`], {input: patchOf({sizeBytes, extents})})).toMatchObject({
      status: 9,
      stderr: expect.stringMatching(/^bdsync: cannot write .*small\/disk.img at position \d+: no space left\b.*\n$/),
    });
  });
});
