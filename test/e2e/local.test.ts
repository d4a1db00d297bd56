import {chmod, mkdir, readdir, readFile, stat, symlink, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {edited, noise, sha256, writePair} from '../support/images.js';
import {reportOf, taskReportOf} from '../support/reports.js';
import {BDSYNC_MANAGER, runCommand, runProgram, type ProgramResult} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

const NASTY_NAME = `it's a "nasty" $HOME \`id\` \\ name;\n&& $(false) %.img`;

/** Runs the manager with a state folder of the test's own. */
async function manager(folder: string, ...args: string[]): Promise<ProgramResult> {
  return await runProgram(BDSYNC_MANAGER, args, {STATE_DIRECTORY: join(folder, 'state'), HOME: folder});
}

/** A small image and a copy that differs, with a configuration that brings them in step in place. */
async function taskInPlace(): Promise<{folder: string; config: string}> {
  const folder = await temporaryFolder();
  await writePair(join(folder, 'source.img'), join(folder, 'target.img'), 100_000, 3);
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    disk: {
      source_path: join(folder, 'source.img'),
      target_path: join(folder, 'target.img'),
      apply_patch_in_place: 'yes',
      state_dir: join(folder, 'state'),
    },
  });
  return {folder, config};
}

describe('a task from this machine to this machine', () => {
  for (const flow of ['in-place', 'patch-file'] as const) {
    it(`makes the target equal to the source (${flow}) and finds nothing the next time`, async () => {
      const folder = await temporaryFolder();
      await writePair(join(folder, 'source.img'), join(folder, 'target.img'), 3_000_001, 40);
      await mkdir(join(folder, 'patches'));
      const config = await writeConfig(join(folder, 'tasks.conf'), {
        disk: {
          source_path: join(folder, 'source.img'),
          target_path: join(folder, 'target.img'),
          state_dir: join(folder, 'state'),
          ...(flow === 'in-place' ? {apply_patch_in_place: 'yes'} : {target_patch_dir: join(folder, 'patches')}),
        },
      });
      const first = await manager(folder, '--config', config, '--json');
      expect(first.stderr).toBe('');
      expect(first.status).toBe(0);
      expect(taskReportOf(first)).toMatchObject({state: 'synced', figures: {flow, sourceBytes: 3_000_001}});
      expect(await sha256(join(folder, 'target.img'))).toBe(await sha256(join(folder, 'source.img')));
      expect(await readdir(join(folder, 'patches'))).toEqual([]);
      const second = await manager(folder, '--config', config, '--json');
      expect(taskReportOf(second)).toMatchObject({state: 'synced', figures: {differingBlocks: 0, differingBytes: 0}});
    });
  }

  it('may be configured by what a pipe brings', async () => {
    const {folder, config} = await taskInPlace();
    const script = 'cat "$1" | "$2" "$3" --config /dev/stdin';
    const result = await runCommand('sh', ['-c', script, 'sh', config, process.execPath, BDSYNC_MANAGER]);
    expect(result).toMatchObject({status: 0, stdout: '', stderr: ''});
    expect(await sha256(join(folder, 'target.img'))).toBe(await sha256(join(folder, 'source.img')));
  });

  it('prints nothing under cron when all is well', async () => {
    const {folder, config} = await taskInPlace();
    expect(await manager(folder, '--config', config)).toMatchObject({status: 0, stdout: '', stderr: ''});
  });

  it('takes paths with blanks, quotes, dollars and newlines as they are', async () => {
    const folder = await temporaryFolder();
    const patches = join(folder, `p ${NASTY_NAME}`);
    await mkdir(patches);
    const source = join(folder, `s ${NASTY_NAME}`);
    const target = join(folder, `t ${NASTY_NAME}`);
    await writePair(source, target, 200_000, 5);
    const args = ['sync', source, target, '--state-dir', join(folder, 'state'), '--json'];
    const inPlace = await manager(folder, ...args);
    expect(inPlace).toMatchObject({status: 0, stderr: ''});
    expect(await sha256(target)).toBe(await sha256(source));
    await writeFile(target, noise(200_000, 9));
    expect(await manager(folder, ...args, '--target-patch-dir', patches)).toMatchObject({status: 0, stderr: ''});
    expect(await sha256(target)).toBe(await sha256(source));
    expect(await readdir(patches)).toEqual([]);
  });

  it('makes any target equal to any source', async () => {
    const folder = await temporaryFolder();
    const source = join(folder, 'source.img');
    const target = join(folder, 'target.img');
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          bytes: fc.integer({min: 8, max: 400_000}),
          targetBytes: fc.option(fc.integer({min: 0, max: 400_000}), {nil: undefined}),
          edits: fc.integer({min: 0, max: 30}),
          seed: fc.integer({min: 1, max: 1e6}),
          args: fc.subarray(['--twopass', '--zeroblocks', '--hash=sha1', '--blocksize=1000', '--checksum=sha256']),
          stored: fc.boolean(),
        }),
        async ({bytes, targetBytes, edits, seed, args, stored}) => {
          const image = noise(bytes, seed);
          await writeFile(source, image);
          await writeFile(target, edited(image, edits, seed + 1));
          if (targetBytes !== undefined) await truncate(target, targetBytes);
          const result = await manager(
            folder,
            'sync',
            source,
            target,
            `--state-dir=${join(folder, 'state')}`,
            '--log-level=error',
            `--bdsync-args=${['--diffsize=resize', ...args].join(' ')}`,
            ...(stored ? ['--target-patch-dir', folder] : []),
          );
          expect(result).toMatchObject({status: 0, stderr: expect.stringMatching(/^(checksum.*\n)?$/)});
          expect(await sha256(target)).toBe(await sha256(source));
        },
      ),
      {numRuns: 12},
    );
  });
});

describe('a target that does not exist', () => {
  it('is refused, with the key that would create it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'source.img'), noise(5000, 1));
    const result = await manager(folder, 'sync', join(folder, 'source.img'), join(folder, 'new.img'));
    expect(result.status).toBe(3);
    expect(result.stderr).toContain(`the target ${join(folder, 'new.img')} does not exist`);
    expect(result.stderr).toContain('--create-target-if-missing');
    expect(await readdir(folder)).not.toContain('new.img');
  });

  it('is created sparse with the size of the source, so that a strict comparison passes', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'source.img'), Buffer.alloc(4_000_000));
    await truncate(join(folder, 'source.img'), 64_000_003);
    const created = join(folder, 'new.img');
    const result = await manager(folder, 'sync', join(folder, 'source.img'), created, '--create-target-if-missing');
    expect(result).toMatchObject({status: 0, stderr: expect.stringContaining('Creating missing target file')});
    const {size, blocks, mode} = await stat(created);
    expect({size, mode: mode & 0o777}).toEqual({size: 64_000_003, mode: 0o600});
    expect(blocks * 512).toBeLessThan(1_000_000);
  });

  it('is never created below /dev', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'source.img'), noise(5000, 1));
    const target = '/dev/bdsync-manager-test-no-such-device';
    const result = await manager(folder, 'sync', join(folder, 'source.img'), target, '--create-target-if-missing');
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('does not exist')});
    await expect(stat(target)).rejects.toThrow('ENOENT');
  });
});

describe('what is refused before anything is touched', () => {
  it('a source that is the target, through any link', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'disk.img'), noise(5000, 1));
    await symlink(join(folder, 'disk.img'), join(folder, 'alias.img'));
    const result = await manager(folder, 'sync', join(folder, 'disk.img'), join(folder, 'alias.img'));
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('are the same device')});
  });

  it('a source that is a folder or a character device, and such a target', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'disk.img'), noise(5000, 1));
    for (const odd of [folder, '/dev/null']) {
      const asSource = await manager(folder, 'sync', odd, join(folder, 'disk.img'));
      expect(asSource).toMatchObject({status: 3, stderr: expect.stringContaining(`the source ${odd} is neither`)});
      const asTarget = await manager(folder, 'sync', join(folder, 'disk.img'), odd);
      expect(asTarget).toMatchObject({status: 3, stderr: expect.stringContaining(`the target ${odd} on this machine`)});
    }
    expect(await readFile(join(folder, 'disk.img'))).toEqual(noise(5000, 1));
  });

  it('sizes that differ, with the option that allows it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'source.img'), noise(5000, 1));
    await writeFile(join(folder, 'target.img'), noise(4000, 2));
    const result = await manager(folder, 'sync', join(folder, 'source.img'), join(folder, 'target.img'));
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('Different sizes local=5000 remote=4000');
    expect(result.stderr).toContain('--diffsize=resize');
    expect(await readFile(join(folder, 'target.img'))).toEqual(noise(4000, 2));
  });

  it('an unknown task, naming the known ones', async () => {
    const folder = await temporaryFolder();
    const config = await writeConfig(join(folder, 'tasks.conf'), {
      one: {source_path: '/dev/null', target_path: '/dev/null', apply_patch_in_place: 'yes'},
    });
    const result = await manager(folder, '--config', config, '--task', 'two');
    expect(result.status).toBe(2);
    expect(result.stderr).toMatch(/unknown task 'two'[\s\S]*one/);
  });
});

describe('several tasks', () => {
  it('go on after one that fails, in file order', async () => {
    const folder = await temporaryFolder();
    const keys = {apply_patch_in_place: 'yes', state_dir: join(folder, 'state')};
    await writePair(join(folder, 'a.img'), join(folder, 'b.img'), 50_000, 2);
    const config = await writeConfig(join(folder, 'tasks.conf'), {
      zebra: {...keys, source_path: join(folder, 'none.img'), target_path: join(folder, 'b.img')},
      broken: {source_path: join(folder, 'a.img')},
      off: {...keys, source_path: join(folder, 'a.img'), target_path: join(folder, 'b.img'), disabled: 'yes'},
      apple: {...keys, source_path: join(folder, 'a.img'), target_path: join(folder, 'b.img')},
    });
    const result = await manager(folder, '--config', config, '--json');
    expect(result.status).toBe(3);
    const {tasks} = reportOf(result);
    expect(tasks.map(({task, state}) => [task, state])).toEqual([
      ['zebra', 'failed'],
      ['broken', 'failed'],
      ['off', 'skipped'],
      ['apple', 'synced'],
    ]);
    expect(await sha256(join(folder, 'b.img'))).toBe(await sha256(join(folder, 'a.img')));
  });
});

describe('--dry-run', () => {
  it('tells how much differs and writes nothing', async () => {
    const folder = await temporaryFolder();
    await writePair(join(folder, 'a.img'), join(folder, 'b.img'), 500_000, 1);
    const before = await sha256(join(folder, 'b.img'));
    const state = join(folder, 'state');
    const result = await manager(
      folder,
      'sync',
      join(folder, 'a.img'),
      join(folder, 'b.img'),
      '--dry-run',
      '--json',
      `--state-dir=${state}`,
    );
    expect(taskReportOf(result)).toMatchObject({state: 'planned', figures: {differingBlocks: 1, differingBytes: 4096}});
    expect(await sha256(join(folder, 'b.img'))).toBe(before);
    await expect(stat(state)).rejects.toThrow('ENOENT');
  });
});

describe('a target without the right to write', () => {
  it.skipIf(process.getuid?.() === 0)('is refused', async () => {
    const folder = await temporaryFolder();
    await writePair(join(folder, 'a.img'), join(folder, 'b.img'), 5000, 1);
    await chmod(join(folder, 'b.img'), 0o400);
    const result = await manager(folder, 'sync', join(folder, 'a.img'), join(folder, 'b.img'));
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('may not be written')});
  });
});
