import {mkdir, readdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {quoteWords} from '#dist/hosts/quote.js';
import {fileLvm} from '../support/file-lvm.js';
import {edited, noise, sha256} from '../support/images.js';
import {reportOf} from '../support/reports.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

const BYTES = 1 << 20;

/**
 * A section with the volumes home and mail, of which the snapshots are taken together. Right behind these both volumes
 * change, so that only the snapshots are what is copied. `program` is a shell script in place of bdsync at the targets,
 * with ours in `$BDSYNC`.
 */
async function section(program = 'exec $BDSYNC "$@"') {
  const folder = await temporaryFolder();
  const contents = {home: noise(BYTES, 1), mail: noise(BYTES, 2)};
  const lvm = await fileLvm(contents);
  const expected = {home: await sha256(lvm.pathOf('home')), mail: await sha256(lvm.pathOf('mail'))};
  const target = (volume: string): string => join(folder, `${volume}.img`);
  await writeFile(target('home'), edited(contents.home, 30, 3));
  await writeFile(target('mail'), edited(contents.mail, 30, 4));
  await mkdir(join(folder, 'patches'));
  const goOn = join(folder, 'go-on');
  const change = ['home', 'mail'].map((name) => `printf written 1<>"${lvm.pathOf(name)}"`);
  await writeFile(goOn, `#!/bin/sh\n${change.join('\n')}\n`, {mode: 0o755});
  const bdsync = join(folder, 'bdsync');
  await writeFile(bdsync, `#!/bin/sh\n${program.replaceAll('$BDSYNC', quoteWords(OUR_BDSYNC))}\n`, {mode: 0o755});
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    all: {
      source_path: '/dev/vg0/*',
      target_path: join(folder, '{volume}.img'),
      target_patch_dir: join(folder, 'patches'),
      connection_command: 'env A=1',
      remote_bdsync_bin: bdsync,
      state_dir: join(folder, 'state'),
      lvm_program_path: lvm.program,
      lvm_snapshot_enabled: 'yes',
      lvm_snapshot_size: '8M',
      lvm_snapshot_together: 'yes',
      after_snapshot: goOn,
      verify_after: 'yes',
    },
  });
  const run = () => runProgram(BDSYNC_MANAGER, ['--config', config, '--json'], {STATE_DIRECTORY: join(folder, 'far')});
  return {run, lvm, target, expected, patches: join(folder, 'patches')};
}

describe('verify_after with lvm_snapshot_together', () => {
  it('compares each target with its own snapshot, not with a source that has changed meanwhile', async () => {
    const {run, lvm, target, expected, patches} = await section();
    const result = await run();
    expect(result).toMatchObject({status: 0, stderr: ''});
    const verification = {method: 'sha256', comparedBytes: BYTES, extentCount: 0, sample: null};
    expect(reportOf(result).tasks).toMatchObject([
      {task: 'all/home', state: 'synced', verification, snapshotSet: {section: 'all', snapshots: 2, missing: []}},
      {task: 'all/mail', state: 'synced', verification, snapshotSet: {section: 'all', snapshots: 2, missing: []}},
    ]);
    for (const volume of ['home', 'mail'] as const) {
      expect(await sha256(target(volume))).toBe(expected[volume]);
      expect(await sha256(lvm.pathOf(volume))).not.toBe(expected[volume]);
    }
    expect(await lvm.volumes()).toEqual(['home', 'mail']);
    expect(await readdir(patches)).toEqual([]);
  });

  it('fails the one whose target is not as it should be, and goes on with the others', async () => {
    // What was applied was applied well; then somebody writes to the target.
    const spoil =
      'case "$*" in *home.img*--sealed*) $BDSYNC "$@" || exit; target=${1#--patch=}; printf spoilt | dd of="$target" bs=1 seek=70000 conv=notrunc 2>/dev/null; exit;; esac; exec $BDSYNC "$@"';
    const {run, lvm, target, expected} = await section(spoil);
    const result = await run();
    expect(result.status).toBe(3);
    expect(reportOf(result).tasks).toMatchObject([
      {
        task: 'all/home',
        state: 'failed',
        failure: {code: 'verify-failed', stage: 'verify', target: {state: 'partly-written'}},
        verification: {extentCount: 1, extents: [{position: 69_632, length: 4096}]},
      },
      {task: 'all/mail', state: 'synced', verification: {extentCount: 0}},
    ]);
    expect(await sha256(target('home'))).not.toBe(expected.home);
    expect(await sha256(target('mail'))).toBe(expected.mail);
    expect(await lvm.volumes()).toEqual(['home', 'mail']);
  });
});
