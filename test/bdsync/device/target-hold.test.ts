import {execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {constants} from 'node:fs';
import {chmod, open, readdir, readFile, rename, stat, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished} from 'vitest';
import {type HoldOptions, holdTarget} from '#dist/bdsync/device/target-hold.js';
import {tryLockFile} from '#dist/file-lock.js';
import {attachLoopDevice, mountOn, noLoopDevices} from '../../support/loop-device.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {until} from '../../support/until.js';

interface Place {
  readonly target: string;
  readonly options: HoldOptions & {readonly stateDir: string};
}

async function placeWith(content: Uint8Array | string): Promise<Place> {
  const folder = await temporaryFolder();
  const target = join(folder, 'disk.img');
  await writeFile(target, content);
  return {target, options: {holder: 'the nightly run', stateDir: join(folder, 'state')}};
}

describe('holdTarget on a file', () => {
  it('tells what the target is', async () => {
    const {target, options} = await placeWith('12345');
    await using hold = await holdTarget(target, options);
    expect(hold.facts).toEqual({
      kind: 'file',
      sizeBytes: 5,
      identity: expect.stringMatching(new RegExp(`^inode:\\d+:\\d+:${(await stat(target)).ino}$`)),
      machineId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
      lastingIdentity: expect.stringMatching(/^(file:[\da-f]+:\d+)?$/),
    });
  });

  it('refuses a second holder and names the first, until it lets go', async () => {
    const {target, options} = await placeWith('12345');
    const first = await holdTarget(target, options);
    await expect(holdTarget(target, {...options, holder: 'another'})).rejects.toMatchObject({
      code: 'target-locked',
      message: expect.stringMatching(
        new RegExp(`^${target} is held by the nightly run \\(process ${process.pid}, since 20.*Z\\)$`),
      ),
    });
    await first[Symbol.asyncDispose]();
    await using second = await holdTarget(target, {...options, holder: 'another'});
    expect(second.facts).toEqual(first.facts);
    await first[Symbol.asyncDispose]();
    await expect(holdTarget(target, options)).rejects.toThrow('is held by another (process');
  });

  it('keeps its note private, and removes it', async () => {
    const {target, options} = await placeWith('12345');
    const notes = join(options.stateDir, 'targets');
    {
      await using hold = await holdTarget(target, options);
      expect(hold.facts.kind).toBe('file');
      const [name = ''] = await readdir(notes);
      expect(name).toMatch(/^[0-9a-f]{16}\.json$/);
      expect((await stat(join(notes, name))).mode & 0o777).toBe(0o600);
      expect((await stat(notes)).mode & 0o777).toBe(0o700);
      expect((await stat(options.stateDir)).mode & 0o777).toBe(0o700);
    }
    expect(await readdir(notes)).toEqual([]);
  });

  it('lets a run wait for who only looks whether it could be held', async () => {
    const {target, options} = await placeWith('12345');
    const looking = await holdTarget(target, {...options, holder: undefined});
    await expect(readdir(options.stateDir)).rejects.toThrow('ENOENT');
    const second = holdTarget(target, options);
    setTimeout(() => void looking[Symbol.asyncDispose](), 200);
    await using hold = await second;
    expect(hold.facts).toEqual(looking.facts);
  });

  it('needs no state folder', async () => {
    const {target, options} = await placeWith('12345');
    await using hold = await holdTarget(target, {...options, stateDir: undefined});
    expect(hold.facts.sizeBytes).toBe(5);
  });

  it('waits for the first holder as long as it is asked to', async () => {
    const {target, options} = await placeWith('12345');
    const first = await holdTarget(target, options);
    const second = holdTarget(target, {...options, waitMs: 30_000});
    setTimeout(() => void first[Symbol.asyncDispose](), 50);
    await using hold = await second;
    expect(hold.facts).toEqual(first.facts);
  });

  it('bears with a lock of a moment, as udev takes it', async () => {
    const {target, options} = await placeWith('12345');
    await lockElsewhere(target, '0.3');
    await using hold = await holdTarget(target, options);
    expect(hold.facts.kind).toBe('file');
  });

  it('says that another program has the lock when no note of a living holder is there', async () => {
    const {target, options} = await placeWith('12345');
    await lockElsewhere(target, '30');
    await expect(holdTarget(target, options)).rejects.toMatchObject({
      code: 'target-locked',
      message: `${target} is held by another program (who it is cannot be told)`,
    });
  });

  it('holds without a state folder that can be written', async () => {
    const {target, options} = await placeWith('12345');
    await using hold = await holdTarget(target, {...options, stateDir: join(target, 'below a file')});
    expect(hold.facts.kind).toBe('file');
  });

  it('is cancelled while it waits', async () => {
    const {target, options} = await placeWith('12345');
    await using hold = await holdTarget(target, options);
    expect(hold.facts.kind).toBe('file');
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 30);
    await expect(holdTarget(target, {...options, waitMs: 60_000, signal: abort.signal})).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('says why it cannot open the target', async () => {
    const {target, options} = await placeWith('12345');
    await expect(holdTarget(`${target}.none`, options)).rejects.toMatchObject({code: 'io'});
    await expect(holdTarget('/dev/null', options)).rejects.toThrow('is a character device');
  });

  it('refuses a file behind a loop device', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const {target, options} = await placeWith(Buffer.alloc(65536));
    const device = attachLoopDevice(target);
    await expect(holdTarget(target, options)).rejects.toMatchObject({
      code: 'target-in-use',
      message: `${target} is in use: it backs ${device}`,
    });
    await using hold = await holdTarget(target, {...options, allowInUse: true});
    expect(hold.facts.kind).toBe('file');
  });
});

describe('holdTarget on swap space', () => {
  it('refuses it', async ({skip}) => {
    const {target, options} = await placeWith(Buffer.alloc(2 ** 20));
    await chmod(target, 0o600);
    skip(!startSwapping(target), 'this machine cannot swap to a temporary file');
    await expect(holdTarget(target, options)).rejects.toMatchObject({
      code: 'target-in-use',
      message: `${target} is in use: it is swap space`,
    });
  });
});

describe('holdTarget on a block device', () => {
  it('tells what the target is', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const {target, options} = await placeWith(Buffer.alloc(3 * 2 ** 20));
    const device = attachLoopDevice(target);
    await using hold = await holdTarget(device, options);
    const number = execFileSync('stat', ['-c', '%Hr:%Lr', device], {encoding: 'utf8'}).trim();
    expect(hold.facts).toMatchObject({kind: 'block', sizeBytes: 3 * 2 ** 20, identity: `rdev:${number}`});
    await expect(holdTarget(device, options)).rejects.toMatchObject({code: 'target-locked'});
  });

  it('refuses a mounted one, unless it is allowed', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const {target, options} = await placeWith(Buffer.alloc(2 * 2 ** 20));
    const device = attachLoopDevice(target);
    execFileSync('mkfs.ext4', ['-q', device]);
    const folder = `${await temporaryFolder()}/mount point`;
    mountOn(folder, [device]);
    await expect(holdTarget(device, options)).rejects.toMatchObject({
      code: 'target-in-use',
      message: `${device} is in use: it is mounted on ${folder}`,
    });
    await using hold = await holdTarget(device, {...options, allowInUse: true});
    expect(hold.facts.kind).toBe('block');
  });

  it('keeps others from mounting it meanwhile', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const {target, options} = await placeWith(Buffer.alloc(2 * 2 ** 20));
    const device = attachLoopDevice(target);
    execFileSync('mkfs.ext4', ['-q', device]);
    const folder = join(await temporaryFolder(), 'mounted');
    const hold = await holdTarget(device, options);
    expect(() => mountOn(folder, [device])).toThrow(/already mounted|busy/);
    await hold[Symbol.asyncDispose]();
    mountOn(folder, [device]);
  });

  it('keeps what it has locked from being used, whatever its path leads to by then', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const [first, other] = [await placeWith(Buffer.alloc(65536)), await placeWith(Buffer.alloc(65536))];
    const [device, otherDevice] = [attachLoopDevice(first.target), attachLoopDevice(other.target)];
    const path = join(first.options.stateDir, '..', 'copy');
    await symlink(device, path);
    const user = await open(device, constants.O_RDONLY | constants.O_EXCL);
    onTestFinished(() => user.close());
    const holding = holdTarget(path, first.options);
    holding.catch(() => {});
    await until('the lock', () => isLocked(device));
    await symlink(otherDevice, `${path}.new`);
    await rename(`${path}.new`, path);
    await expect(holding).rejects.toThrow(/is in use|was removed or replaced/);
  });

  it('refuses one behind another loop device', async ({skip}) => {
    skip(noLoopDevices !== undefined, noLoopDevices);
    const {target, options} = await placeWith(Buffer.alloc(65536));
    const inner = attachLoopDevice(target);
    const outer = attachLoopDevice(inner);
    await expect(holdTarget(inner, options)).rejects.toMatchObject({
      code: 'target-in-use',
      message: `${inner} is in use: it backs ${outer}`,
    });
  });
});

/** Another program holds the lock on the target for so long, in seconds; returns when it has it. */
async function lockElsewhere(target: string, seconds: string): Promise<void> {
  const script = `echo locked; exec sleep ${seconds}`;
  const other = spawn('flock', ['--no-fork', target, 'sh', '-c', script], {stdio: ['ignore', 'pipe', 'inherit']});
  onTestFinished(() => void other.kill());
  await once(other.stdout, 'data');
}

async function isLocked(path: string): Promise<boolean> {
  await using handle = await open(path, 'r');
  return !(await tryLockFile(handle, {shared: true}));
}

function startSwapping(target: string): boolean {
  try {
    execFileSync('mkswap', ['--quiet', target], {stdio: 'pipe'});
    execFileSync('swapon', [target], {stdio: 'pipe'});
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('swapoff', [target]));
  return true;
}
