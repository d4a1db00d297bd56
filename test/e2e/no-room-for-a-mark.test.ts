import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {noise, sha256} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {mountSmallFileSystem, noSmallFileSystem} from '../support/small-file-system.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const skipped = noSmallFileSystem ?? sshdMissing();
if (skipped !== undefined) console.warn(`skipped, ${skipped}`);

describe.skipIf(skipped !== undefined)('a full state folder on the other machine', {timeout: 180_000}, () => {
  it('keeps no target from being written, in place or as a whole', async () => {
    const folder = await temporaryFolder();
    const [source, target, theirs] = [join(folder, 's.img'), join(folder, 't.img'), join(folder, 'theirs')];
    const small = mountSmallFileSystem(theirs, '4k');
    await mkdir(join(theirs, 'state'), {mode: 0o700});
    await writeFile(join(theirs, 'filler'), Buffer.alloc(4096));
    await mkdir(join(folder, 'patches'));
    await writeFile(source, noise(300_000, 1));
    const reset = (): Promise<void> => writeFile(target, noise(300_000, 2));
    await reset();
    await using sshd = await startSshd({environment: {STATE_DIRECTORY: join(theirs, 'state')}});
    const sync = (...words: readonly string[]): Promise<ProgramResult> =>
      runProgram(BDSYNC_MANAGER, [
        'sync',
        source,
        target,
        `--connection-command=${sshd.connectionCommand}`,
        `--remote-bdsync-bin=${BDSYNC}`,
        `--state-dir=${join(folder, 'state')}`,
        '--json',
        ...words,
      ]);
    // The manager's own note stands in for the mark.
    const unmarked = await sync('--apply-patch-in-place');
    expect(unmarked).toMatchObject({status: 0, stderr: expect.stringContaining(`would leave no mark on ${target}`)});
    expect(await sha256(target)).toBe(await sha256(source));
    await reset();
    const sealed = await sync(`--target-patch-dir=${join(folder, 'patches')}`);
    expect(sealed).toMatchObject({status: 0, stderr: ''});
    expect(taskReportOf(sealed)).toMatchObject({figures: {proof: {kind: 'sealed'}}});
    expect(await sha256(target)).toBe(await sha256(source));
    await reset();
    small.grow('1m');
    expect(await sync('--apply-patch-in-place')).toMatchObject({status: 0, stderr: ''});
    expect(await sha256(target)).toBe(await sha256(source));
  });
});
