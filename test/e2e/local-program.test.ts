import {chmod, mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {sha256, writePair} from '../support/images.js';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC, BDSYNC_MANAGER, runProgram, type ProgramResult} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

interface World {
  readonly folder: string;
  /** Runs the manager with one task from s.img to t.img, which has these keys as well. */
  manager(keys: Readonly<Record<string, string>>, ...words: string[]): Promise<ProgramResult>;
  areEqual(): Promise<boolean>;
}

async function prepare(): Promise<World> {
  const folder = await temporaryFolder();
  const [source, target] = [join(folder, 's.img'), join(folder, 't.img')];
  const state = join(folder, 'state');
  await writePair(source, target, 300_000, 10);
  await mkdir(join(folder, 'patches'));
  return {
    folder,
    async manager(keys, ...words) {
      const config = await writeConfig(join(folder, 'tasks.conf'), {
        disk: {source_path: source, target_path: target, state_dir: state, ...keys},
      });
      return await runProgram(BDSYNC_MANAGER, ['--config', config, ...words], {STATE_DIRECTORY: state, HOME: folder});
    },
    areEqual: async () => (await sha256(source)) === (await sha256(target)),
  };
}

async function script(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('local_bdsync_bin', () => {
  for (const [where, connection] of [
    ['here', {}],
    ['behind a connection', {connection_command: 'env A=1', remote_bdsync_bin: BDSYNC}],
  ] as const) {
    for (const flow of ['in place', 'through a patch file'] as const) {
      it(`may be ours, for a target ${where}, ${flow}: the built-in engine compares`, async () => {
        const world = await prepare();
        const keys = {
          ...connection,
          local_bdsync_bin: BDSYNC,
          ...(flow === 'in place' ? {apply_patch_in_place: 'yes'} : {target_patch_dir: join(world.folder, 'patches')}),
        };
        const result = await world.manager(keys, '--json');
        expect(result).toMatchObject({status: 0, stderr: ''});
        expect(await world.areEqual()).toBe(true);
        // Only the built-in engine counts them.
        expect(taskReportOf(result)).toMatchObject({figures: {differingBlocks: expect.any(Number)}});
      });
    }
  }

  it('that is ours is a fact for check, and a rehearsal plans without it', async () => {
    const world = await prepare();
    const keys = {apply_patch_in_place: 'yes', local_bdsync_bin: BDSYNC};
    const check = await world.manager(keys, 'check');
    expect(check).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('the built-in engine compares in its place'),
    });
    const rehearsal = await world.manager(keys, '--dry-run', '--json');
    expect(taskReportOf(rehearsal)).toMatchObject({
      plan: {client: 'built-in engine', targetProgram: 'built-in engine'},
    });
  });

  it.each(['/usr/bin/true', '/usr/bin/false'])('is refused by its name when it is %s', async (program) => {
    const world = await prepare();
    const keys = {apply_patch_in_place: 'yes', local_bdsync_bin: program};
    for (const words of [[], ['check']]) {
      const {status, stdout, stderr} = await world.manager(keys, ...words);
      expect(status).toBe(3);
      const text = stdout + stderr;
      expect(text).toContain(`${program} on this machine is no bdsync`);
      expect(text).toContain('correct local_bdsync_bin');
      expect(text).not.toContain('remote_bdsync_bin');
    }
  });

  it('is refused by its name when it is not there', async () => {
    const world = await prepare();
    const result = await world.manager({apply_patch_in_place: 'yes', local_bdsync_bin: '/no/bdsync'});
    expect(result).toMatchObject({status: 3, stderr: expect.stringContaining('correct local_bdsync_bin')});
    expect(result.stderr).toContain('/no/bdsync');
  });

  it.skipIf(nativeBdsync === undefined)('that keeps descriptors for itself is told in one line', async () => {
    const world = await prepare();
    const closing = await script(world.folder, 'closing', `exec ${nativeBdsync ?? ''} "$@" 3>&-`);
    const result = await world.manager({apply_patch_in_place: 'yes', local_bdsync_bin: closing});
    expect(result.status).toBe(3);
    expect(result.stderr).toContain('does not hand descriptor 3 on');
    expect(result.stderr).not.toMatch(/ERR_|^\s+at /m);
  });
});
