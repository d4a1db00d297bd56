import {execFileSync} from 'node:child_process';
import {mkdir, readFile, stat, symlink, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {openDevice} from '#dist/bdsync/device/device.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

async function imageOf(content: Uint8Array | string): Promise<string> {
  const path = join(await temporaryFolder(), 'disk.img');
  await writeFile(path, content);
  return path;
}

describe('a file as device', () => {
  it('reads anywhere, with zeros past its end', async () => {
    const path = await imageOf('abcdefgh');
    await using device = await openDevice(path, 'read');
    expect(device).toMatchObject({path, kind: 'file', sizeBytes: 8});
    const buffer = Buffer.alloc(5, 'x');
    await device.read(buffer, 2);
    expect(buffer.toString()).toBe('cdefg');
    await device.read(buffer, 6);
    expect(buffer.toString()).toBe('gh\0\0\0');
    await device.read(buffer, 100);
    expect(buffer).toEqual(Buffer.alloc(5));
  });

  it('reads and writes beyond 4 GiB', async () => {
    const path = await imageOf('');
    await truncate(path, 6 * 2 ** 30);
    await using device = await openDevice(path, 'write');
    expect(device.sizeBytes).toBe(6 * 2 ** 30);
    await device.write([Buffer.from('f'), Buffer.from('ar')], 5 * 2 ** 30 + 1);
    const buffer = Buffer.alloc(5);
    await device.read(buffer, 5 * 2 ** 30);
    expect(buffer.toString()).toBe('\0far\0');
  });

  it('throws when the file has become shorter, instead of inventing zeros', async () => {
    const path = await imageOf('abcdefgh');
    await using device = await openDevice(path, 'read');
    await truncate(path, 3);
    await expect(device.read(Buffer.alloc(8), 0)).rejects.toMatchObject({
      code: 'read',
      message: `cannot read ${path} at position 3: it has become shorter than the 8 bytes it had`,
    });
  });

  it('never writes past its end', async () => {
    const path = await imageOf('abcdefgh');
    await using device = await openDevice(path, 'write');
    await expect(device.write([Buffer.from('xy'), Buffer.from('z')], 6)).rejects.toMatchObject({code: 'write'});
    expect(() => device.writeNow([Buffer.from('xyz')], 6)).toThrow('refused to write 3 bytes at position 6');
    await device.write([Buffer.from('xy')], 6);
    device.writeNow([Buffer.from('A'), Buffer.from('B')], 0);
    await device.sync();
    expect(await readFile(path, 'latin1')).toBe('ABcdefxy');
  });

  it('grows by a hole and shrinks', async () => {
    const path = await imageOf('abcdefgh');
    await using device = await openDevice(path, 'write');
    await device.resize(64 * 2 ** 20);
    expect(device.sizeBytes).toBe(64 * 2 ** 20);
    expect((await stat(path)).blocks * 512).toBeLessThan(2 ** 20);
    await device.resize(2);
    expect(await readFile(path, 'latin1')).toBe('ab');
  });

  it('is found through a symbolic link', async () => {
    const path = await imageOf('abcdefgh');
    await symlink('disk.img', `${path}.link`);
    await using device = await openDevice(`${path}.link`, 'read');
    expect(device).toMatchObject({kind: 'file', sizeBytes: 8});
  });
});

describe('openDevice', () => {
  it('says why it cannot open', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'folder'));
    execFileSync('mkfifo', [join(folder, 'fifo')]);
    await expect(openDevice(join(folder, 'none'), 'read')).rejects.toMatchObject({
      code: 'io',
      message: `cannot open ${folder}/none: it does not exist`,
    });
    await expect(openDevice(join(folder, 'folder'), 'read')).rejects.toThrow('is a folder, not a block device');
    await expect(openDevice(join(folder, 'fifo'), 'read')).rejects.toThrow('is a fifo, not a block device');
    await expect(openDevice('/dev/null', 'write')).rejects.toThrow('is a character device, not a block device');
  });
});
