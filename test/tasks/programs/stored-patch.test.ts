import {mkdir, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {type StoredPatch, storePatch} from '#dist/tasks/programs/stored-patch.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {noise} from '../../support/images.js';
import {type LocalTask, localTask} from '../../support/local-task.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../../support/small-file-system.js';
import {findTool, toolFolder} from '../../support/tool-folder.js';

const STORING = ['sh', 'id', 'df', 'tail', 'dd', 'grep', 'sync', 'rm', 'stat', 'wc'];
const SIZES = {sourceBytes: 2 ** 30, targetBytes: 2 ** 30};
const MIB = 2 ** 20;

/** A patch that is stored by programs of this search path alone, where one is given. */
async function storing({path, isSealed = false}: {path?: string; isSealed?: boolean} = {}) {
  const task = await localTask({connection: path === undefined ? ':' : `PATH=${path}; export PATH`});
  await mkdir(patchesOf(task), {recursive: true});
  const leftovers = await Leftovers.open(task.context.plan.stateDir, 'home');
  const stored = storePatch(task.context, {patchDir: patchesOf(task), leftovers, isSealed});
  stored.begin(SIZES);
  return {task, stored};
}

const patchesOf = ({folder}: LocalTask): string => join(folder, 'patches');

async function send(stored: StoredPatch, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; at += 65_536) await stored.write(bytes.subarray(at, at + 65_536));
  await stored.finish();
}

/** Looks at the room each time when so little has come, and finds less each time. */
async function scarce(): Promise<string> {
  return await toolFolder(
    STORING.filter((name) => !['df', 'dd', 'id'].includes(name)),
    {
      scripts: {
        id: 'echo 7',
        dd: `exec ${findTool('dd')} bs=65536 count=2`,
        df: 'read -r left <"$0.left"; echo $((left - 1024)) >"$0.left"; echo "/dev/vda 99999 1 $left 1% /"',
      },
    },
  );
}

describe('a patch', () => {
  const tools = [
    ['GNU', undefined, false],
    ['busybox', 'busybox', findTool('busybox') === undefined],
  ] as const;
  for (const [name, from, isMissing] of tools) {
    it.skipIf(isMissing)(`is stored as it is with the programs of ${name}, and compared by its digest`, async () => {
      const {task, stored} = await storing({path: await toolFolder([...STORING, 'sha256sum'], {from})});
      const patch = noise(3 * MIB + 5, 1);
      await send(stored, patch);
      expect(await stored.verify()).toBe('sha256');
      expect((await readFile(stored.path)).equals(patch)).toBe(true);
      expect((await stat(stored.path)).mode & 0o777).toBe(0o600);
      await stored[Symbol.asyncDispose]();
      expect(await readdir(patchesOf(task))).toEqual([]);
    });
  }

  it.each([
    ['openssl', 'sha256'],
    ['shasum', 'sha256'],
    [undefined, 'size'],
  ] as const)('where there is %s alone is compared by %s', async (program, check) => {
    if (program !== undefined && findTool(program) === undefined) throw new Error(`${program} is not installed`);
    const perl = program === 'shasum' ? ['perl'] : [];
    const {stored} = await storing({path: await toolFolder([...STORING, ...perl, ...(program ? [program] : [])])});
    await send(stored, noise(100_000, 2));
    expect(await stored.verify()).toBe(check);
    await stored[Symbol.asyncDispose]();
  });

  it('with a seal is compared by its size: the rest is the business of whoever applies it', async () => {
    const {stored} = await storing({isSealed: true});
    await send(stored, noise(100_000, 2));
    expect(await stored.verify()).toBe('size');
    await stored[Symbol.asyncDispose]();
  });

  it('is gone for good before its note goes: its folder is brought to its medium', async () => {
    const path = await toolFolder(
      STORING.filter((name) => name !== 'sync'),
      {scripts: {sync: 'echo "$*" >>"$0.calls"'}},
    );
    const {task, stored} = await storing({path});
    await send(stored, noise(1000, 2));
    await stored[Symbol.asyncDispose]();
    const calls = (await readFile(join(path, 'sync.calls'), 'utf8')).trim().split('\n');
    expect(calls).toEqual([stored.path, `${patchesOf(task)}/`]);
    expect(await readdir(patchesOf(task))).toEqual([]);
  });

  it('is removed also where a folder cannot be synced', async () => {
    const path = await toolFolder(
      STORING.filter((name) => name !== 'sync'),
      {scripts: {sync: 'case $1 in */) echo "sync: usage" >&2; exit 1;; esac'}},
    );
    const {task, stored} = await storing({path});
    await send(stored, noise(1000, 2));
    await stored[Symbol.asyncDispose]();
    expect(await readdir(patchesOf(task))).toEqual([]);
    expect((await Leftovers.open(task.context.plan.stateDir, 'home')).list()).toEqual([]);
  });

  it('that is empty is stored, too', async () => {
    const {stored} = await storing();
    await stored.finish();
    expect(await stored.verify()).toBe('sha256');
    await stored[Symbol.asyncDispose]();
  });

  it.each([
    ['another byte', (bytes: Buffer) => bytes.fill(0, 500, 501), /another patch in .* its SHA-256 differs/],
    ['another length', (bytes: Buffer) => bytes.subarray(1), /has 99999 bytes of the patch .* of 100000 sent/],
  ])('that has %s than was sent is refused', async (_, change, message) => {
    const {stored} = await storing();
    await send(stored, noise(100_000, 2));
    await writeFile(stored.path, change(await readFile(stored.path)));
    await expect(stored.verify()).rejects.toMatchObject({
      code: 'store-failed',
      message: expect.stringMatching(message),
    });
    await stored[Symbol.asyncDispose]();
  });

  it('that has gone is refused, and so is a program that cannot read it', async () => {
    const failing = await toolFolder(STORING, {
      scripts: {sha256sum: 'echo "sha256sum: -: Input/output error" >&2; exit 1'},
    });
    const broken = await storing({path: failing});
    await send(broken.stored, noise(1000, 2));
    await expect(broken.stored.verify()).rejects.toMatchObject({
      code: 'store-failed',
      errorLines: ['sha256sum: -: Input/output error'],
    });
    await broken.stored[Symbol.asyncDispose]();
    const {stored} = await storing();
    await send(stored, noise(1000, 2));
    await rm(stored.path);
    await expect(stored.verify()).rejects.toMatchObject({message: expect.stringContaining('nothing that can be read')});
    await stored[Symbol.asyncDispose]();
  });

  it('is stored also where nobody can tell how much room there is', async () => {
    const path = await toolFolder(STORING.filter((name) => name !== 'df' && name !== 'id'));
    const {stored} = await storing({path, isSealed: true});
    await send(stored, noise(MIB, 2));
    expect(await stored.verify()).toBe('size');
    await stored[Symbol.asyncDispose]();
  });
});

describe('a patch that grows', () => {
  it('and its journal are seen not to fit long before all of it is there', async () => {
    const path = await scarce();
    await writeFile(join(path, 'df.left'), '4096\n');
    const {task, stored} = await storing({path, isSealed: true});
    const failure = await Promise.race([
      stored.brokenOff,
      send(stored, noise(64 * MIB, 3)).catch((error: unknown) => error),
    ]);
    expect(failure).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/^no room for the undo journal in .*patches on .* left beside .* of patch so far/),
      hint: expect.stringContaining('apply_patch_in_place = yes'),
    });
    expect((await stat(stored.path)).size).toBeLessThan(32 * MIB);
    await stored[Symbol.asyncDispose]();
    expect(await readdir(patchesOf(task))).toEqual([]);
  });

  it.each([
    ['dd', 'dd', "dd: error writing 'standard output': Disk quota exceeded"],
    ['sync', 'sync', "sync: error syncing 'x': No space left on device"],
  ])('and meets an end of the room that df does not show is told by what %s says', async (_, program, words) => {
    const reads = program === 'dd' ? 'head -c 70000 >/dev/null; ' : '';
    const path = await toolFolder([...STORING.filter((name) => name !== program), 'head'], {
      scripts: {[program]: `${reads}echo "${words}" >&2; echo "0+3 records in" >&2; exit 1`},
    });
    const {task, stored} = await storing({path});
    const failure: unknown = await send(stored, noise(MIB, 3)).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(/^no room for the patch in .*patches on .* left, .* of it so far$/),
      errorLines: [words],
      hint: expect.stringContaining(patchesOf(task)),
    });
    await stored[Symbol.asyncDispose]();
    expect(await readdir(patchesOf(task))).toEqual([]);
  });

  it.skipIf(noSmallFileSystem !== undefined)(
    'past the end of a real file system is told with what is left',
    async () => {
      const {task, stored} = await storing();
      mountSmallFileSystem(patchesOf(task), '1m');
      const failure: unknown = await send(stored, noise(8 * MIB, 3)).catch((error: unknown) => error);
      expect(failure).toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(/: 0B left, \d\.\dMiB of it so far$/),
        errorLines: [expect.stringContaining('No space left on device')],
      });
      await stored[Symbol.asyncDispose]();
      expect(await readdir(patchesOf(task))).toEqual([]);
    },
  );
});
