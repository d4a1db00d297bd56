import {copyFile, readdir, readFile, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {edited, noise} from '../../support/images.js';
import {mountOn, noLoopDevices} from '../../support/loop-device.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../../support/native-bdsync.js';
import {OUR_BDSYNC, runBdsync, serverCommand, startBdsync} from '../../support/run-bdsync.js';
import {type SealedImages, sealedImages, stateOf} from '../../support/sealed-images.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

function sealedWords({targetPath, patchPath}: SealedImages, ...more: readonly string[]): string[] {
  return [`--patch=${targetPath}`, `--sealed=${patchPath}`, ...more];
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).toSorted();
}

/** A pair whose application takes a while. */
async function largeImages(): Promise<SealedImages> {
  const source = noise(48 << 20, 5);
  return await sealedImages({source, target: noise(48 << 20, 6)});
}

async function lastingIdentity(path: string): Promise<string> {
  const {stdout} = await runBdsync([`--hold=${path}`, '--holder='], {input: new Uint8Array(0)});
  const answer: {facts: {lastingIdentity: string}} = JSON.parse(stdout.toString());
  return answer.facts.lastingIdentity;
}

describe('bdsync --seal and --sealed', () => {
  it('make one device like another, by way of a file', async () => {
    const cwd = await temporaryFolder();
    const source = noise(700_001, 1);
    await writeFile(join(cwd, 'source.img'), source);
    await writeFile(join(cwd, 'target.img'), edited(source, 20, 2));
    const identity = await lastingIdentity(join(cwd, 'target.img'));
    expect(identity).toMatch(/^file:[\da-f]+:\d+$/);
    const words = [`--seal=${identity}`, '--twopass', serverCommand(), 'source.img', 'target.img'];
    const {status, stdout} = await runBdsync(words, {cwd});
    expect(status).toBe(0);
    await writeFile(join(cwd, 'patch'), stdout);
    await copyFile(join(cwd, 'target.img'), join(cwd, 'other.img'));

    expect(await runBdsync(['--patch=other.img', '--sealed=patch'], {cwd})).toMatchObject({
      status: 16,
      stderr: expect.stringMatching(/^bdsync: other\.img is not the target of the sealed patch, file:.*\n$/),
    });
    const applied = await runBdsync(['--patch=target.img', '--sealed=patch', '--progress'], {cwd});
    expect(applied).toMatchObject({status: 0, stderr: expect.stringMatching(/PROGRESS:100%,\d+,700001,700001,.*\n$/)});
    expect(applied.stdout.toString()).toMatch(/^sealed applied extents=\d+ bytes=\d+ read-back=(direct|cached)\n$/);
    expect((await readFile(join(cwd, 'target.img'))).equals(source)).toBe(true);
    expect(await namesIn(cwd)).toEqual(['other.img', 'patch', 'source.img', 'target.img']);
  });

  it('leave a patch that --patch takes from a pipe and from a file, if the seal is whole', async () => {
    const images = await sealedImages();
    const patch = await readFile(images.patchPath);
    const sealStart = patch.indexOf('BDSYNC-SEAL 1\n');
    const flipped = Buffer.from(patch);
    flipped[sealStart - 50] = (patch[sealStart - 50] ?? 0) ^ 1;
    const cases: [Buffer, RegExp | undefined][] = [
      [patch, undefined],
      [flipped, /the seal of the patch is for another patch/],
      [patch.subarray(0, -15), /the seal of the patch ends early|bytes after its end/],
      [patch.subarray(0, sealStart + 1), /the seal of the patch ends early|bytes after its end/],
      [Buffer.concat([patch, Buffer.of(10)]), /followed by other bytes|bytes after its end/],
    ];
    const fromFile = ['/bin/sh', '-c', 'exec "$@" < piped', 'sh', ...OUR_BDSYNC];
    for (const [input, message] of cases) {
      await writeFile(join(images.folder, 'piped'), input);
      for (const way of [{input}, {cwd: images.folder, program: fromFile}]) {
        await writeFile(images.targetPath, images.before);
        const {status, stderr} = await runBdsync([`--patch=${images.targetPath}`], way);
        expect(status).toBe(message ? 2 : 0);
        expect(stderr).toMatch(message ?? /^$/);
        if (!message) expect(await stateOf(images)).toBe('new');
      }
    }
  });

  it('leave a patch that the original program applies from a file', async ({skip}) => {
    skip(nativeBdsync === undefined, NO_NATIVE_BDSYNC);
    const images = await sealedImages();
    const program = ['/bin/sh', '-c', 'exec "$@" < patch', 'sh', nativeBdsync ?? ''];
    const result = await runBdsync([`--patch=${images.targetPath}`], {cwd: images.folder, program});
    expect(result).toMatchObject({status: 0});
    expect(await stateOf(images)).toBe('new');
  });

  it('tell in their status what is wrong', async () => {
    const images = await sealedImages();
    const changed = await readFile(images.targetPath);
    changed.fill(1);
    await writeFile(images.targetPath, changed);
    expect(await runBdsync(sealedWords(images))).toMatchObject({
      status: 16,
      stderr: expect.stringMatching(/has changed since it was compared: the extent at position \d+ .*\(nothing was/),
    });
    await writeFile(images.targetPath, images.before);
    await writeFile(`${images.patchPath}.journal`, 'anything');
    for (const more of [[], ['--recover'], ['--rollback']]) {
      const {status, stderr} = await runBdsync(sealedWords(images, ...more));
      expect(status).toBe(18);
      expect(stderr).toMatch(/patch\.journal does not begin as an undo journal: it was not written by this program/);
      expect(stderr).not.toMatch(/applied in part|undoes it/);
    }
    expect(await stateOf(images)).toBe('old');
    expect(await namesIn(images.folder)).toEqual(['patch', 'patch.journal', 'source.img', 'target.img']);
  });

  it.each([
    [['--patch', '--sealed=x'], '--sealed needs a target: --patch=DEV'],
    [['--sealed=x', 'a', 'b', 'c'], '--sealed is for --patch only'],
    [['--patch=x', '--recover'], '--recover is for --sealed only'],
    [['--patch=x', '--sealed=y', '--recover', '--rollback'], '--recover and --rollback contradict each other'],
    [['--seal', '--remdata', 'a', 'b', 'c'], '--seal and --remdata contradict each other'],
    [['--seal', '--patch=x'], '--seal and --patch contradict each other'],
  ])('refuse %j', async (words, message) => {
    expect(await runBdsync(words)).toMatchObject({status: 1, stderr: expect.stringContaining(message)});
  });

  it('wait for nobody: one process applies a patch', async () => {
    const images = await largeImages();
    const first = startBdsync(sealedWords(images));
    const second = await runBdsync(sealedWords(images));
    const statuses = [(await first.result).status, second.status];
    // Which of them is first is open; the second one may also come when all is done.
    expect(statuses).toContain(0);
    for (const status of statuses) expect([0, 14]).toContain(status);
    expect(await stateOf(images)).toBe('new');
  });

  it('need room for the journal, and leave nothing behind when there is none', async ({skip}) => {
    skip(noLoopDevices !== undefined, `mounting needs root (${noLoopDevices})`);
    const images = await sealedImages({target: Buffer.alloc(1 << 20)});
    const small = join(await temporaryFolder(), 'small');
    mountOn(small, ['-t', 'tmpfs', '-o', 'size=1536k', 'none']);
    await copyFile(images.patchPath, join(small, 'patch'));
    const words = [`--patch=${images.targetPath}`, `--sealed=${join(small, 'patch')}`];
    expect(await runBdsync(words)).toMatchObject({
      status: 9,
      stderr: expect.stringMatching(
        /cannot write the undo journal .*: no space left for it: it needs at least 1\.0MiB, /,
      ),
    });
    expect(await stateOf(images)).toBe('old');
    expect(await namesIn(small)).toEqual(['patch']);
  });

  it('say how a target is left that cannot take all, and undo that', async () => {
    const images = await sealedImages({
      source: noise(2 << 20, 1),
      target: noise(1 << 20, 2),
      sizePolicy: {mode: 'resize', warn: false},
    });
    // A shell counts in blocks of 512 bytes: the journal fits, the longer target does not.
    const program = ['/bin/sh', '-c', 'ulimit -f 2560; exec "$@"', 'sh', ...OUR_BDSYNC];
    await truncate(images.targetPath, 1 << 20);
    const failed = await runBdsync(sealedWords(images, '--diffsize=resize'), {program});
    expect(failed.status).toBeGreaterThan(0);
    expect(await runBdsync(sealedWords(images, '--rollback', '--diffsize=resize'))).toMatchObject({status: 0});
    expect(await stateOf(images)).toBe('old');
    expect(await namesIn(images.folder)).toEqual(['patch', 'source.img', 'target.img']);
  });
});

describe('bdsync --sealed, stopped on its way', () => {
  it.each(['--recover', '--rollback'])('killed anywhere, leaves old or new by %s', async (remedy) => {
    const images = await largeImages();
    const wasSeen = new Set<string>();
    for (let round = 0; round < 8; round += 1) {
      await writeFile(images.targetPath, images.before);
      const {child, result} = startBdsync(sealedWords(images));
      await whenStarted(images.folder, round, result);
      await sleep((round * 37) % 150);
      child.kill('SIGKILL');
      const {status} = await result;
      const hasJournal = (await namesIn(images.folder)).includes('patch.journal');
      wasSeen.add(status === 0 ? 'done' : hasJournal ? 'begun' : 'not begun');
      if (!hasJournal) expect(await stateOf(images)).not.toBe('neither');
      const {status: remedyStatus, stdout, stderr} = await runBdsync(sealedWords(images, remedy));
      const isDone = status === 0 || (!hasJournal && (await stateOf(images)) === 'new');
      if (remedy === '--rollback' && isDone) {
        expect(remedyStatus).toBe(18);
      } else {
        expect({remedyStatus, stderr}).toEqual({remedyStatus: 0, stderr: ''});
        expect(stdout.toString()).toMatch(/^sealed (recovered|applied|unchanged|rolled-back|untouched) /);
        expect(await stateOf(images)).toBe(remedy === '--recover' ? 'new' : 'old');
      }
      expect(await namesIn(images.folder)).toEqual(['patch', 'source.img', 'target.img']);
    }
    expect([...wasSeen]).toContain('begun');
  });

  it('by a signal, leaves nothing behind before the first write, and says what to do afterwards', async () => {
    const images = await largeImages();
    for (const stage of [1, 2]) {
      await writeFile(images.targetPath, images.before);
      const {child, result} = startBdsync(sealedWords(images));
      await whenStarted(images.folder, stage, result);
      child.kill('SIGTERM');
      const {status, stderr} = await result;
      const names = await namesIn(images.folder);
      expect(names).not.toContain('patch.journal.new');
      if (names.includes('patch.journal')) {
        expect({status, stderr}).toEqual({
          status: 143,
          stderr: expect.stringMatching(/^bdsync: stopped \(.* is partly written; .*--recover finishes it/),
        });
        expect(await runBdsync(sealedWords(images, '--rollback'))).toMatchObject({status: 0});
      }
      if (status !== 0) expect(await stateOf(images)).toBe('old');
    }
  });
});

/** Waits for a stage: nothing, a journal that is being written, one that is whole. It may be over before. */
async function whenStarted(folder: string, round: number, result: Promise<unknown>): Promise<void> {
  const wanted = [undefined, 'patch.journal.new', 'patch.journal', 'patch.journal'][round % 4];
  if (wanted === undefined) return;
  const over = result.then(() => true);
  for (;;) {
    if ((await namesIn(folder)).includes(wanted) || (await Promise.race([over, sleep(1, false)]))) return;
  }
}
