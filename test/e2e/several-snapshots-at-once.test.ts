import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {quoteWord} from '#dist/hosts/quote.js';
import {fileLvm} from '../support/file-lvm.js';
import {noise, sha256} from '../support/images.js';
import {orderIn, parallelWorld, statesOf, writeScript} from '../support/parallel-world.js';

describe('snapshots of several tasks at once', () => {
  it('are taken one at a time, with what is around them, and those of a section together', async () => {
    const lvm = await fileLvm({home: noise(200_000, 1), mail: noise(200_000, 2)});
    const {folder, run} = await parallelWorld(['one', 'all'], async (name, at) => {
      const inside = quoteWord(join(at, 'inside'));
      const order = quoteWord(join(at, 'order'));
      await mkdir(join(at, 'copies'), {recursive: true});
      return {
        source_path: name === 'all' ? '/dev/vg0/*' : lvm.pathOf('home'),
        target_path: join(at, 'copies', name === 'all' ? '{volume}.img' : `${name}.img`),
        create_target_if_missing: 'yes',
        lvm_program_path: lvm.program,
        lvm_snapshot_enabled: 'yes',
        lvm_snapshot_size: '8M',
        ...(name === 'all' ? {lvm_snapshot_together: 'yes'} : {lvm_snapshot_name: 'single'}),
        before_snapshot: await writeScript(join(at, 'before'), `mkdir ${inside} && echo "$BDSYNC_TASK" >>${order}`),
        after_snapshot: await writeScript(join(at, 'after'), `sleep 0.2; rmdir ${inside}`),
      };
    });
    const result = await run('--jobs=2', '--json');
    expect(statesOf(result)).toEqual(['one synced', 'all/home synced', 'all/mail synced']);
    expect((await orderIn(folder)).toSorted()).toEqual(['all', 'one']);
    expect(await sha256(join(folder, 'copies', 'mail.img'))).toBe(await sha256(lvm.pathOf('mail')));
    expect(await lvm.volumes()).toEqual(['home', 'mail']);
  });
});
