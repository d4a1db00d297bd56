import {setTimeout as sleep} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import type {Child} from '#dist/hosts/host.js';
import {localHost} from '#dist/hosts/local-host.js';
import {type PatchSink, sinkOf} from '#dist/tasks/programs/child-sink.js';
import type {ProgramRole} from '#dist/tasks/programs/explain-ending.js';

const ROLE: ProgramRole = {
  code: 'patcher-failed',
  what: 'bdsync --patch',
  hostName: 'this machine',
  path: '/srv/home.img',
};

function start(script: string): Promise<Child> {
  return localHost().spawn(['sh', '-c', script], {describe: 'the patching end'});
}

/** Whether the sink has told a failure by now. */
function isBroken({brokenOff}: PatchSink): Promise<boolean> {
  return Promise.race([brokenOff.then(() => true), sleep(50, false)]);
}

describe('the sink of a program', () => {
  it('tells that the program failed without being written to', async () => {
    await using child = await start('echo "no space left on device" >&2; exit 9');
    expect(await sinkOf(child, ROLE).brokenOff).toMatchObject({code: 'disk-full'});
  });

  it('does not take an early end for a failure when it is a good one, as that of the original after the patch', async () => {
    await using child = await start('head -c 5 >/dev/null');
    const sink = sinkOf(child, ROLE);
    await sink.write(Buffer.from('patch'));
    await child.ended;
    expect(await isBroken(sink)).toBe(false);
    await expect(sink.finish()).resolves.toBeUndefined();
  });

  it('tells a failure at the end once, to whom asked for the end', async () => {
    await using child = await start('cat >/dev/null; exit 2');
    const sink = sinkOf(child, ROLE);
    await expect(sink.finish()).rejects.toMatchObject({message: expect.stringContaining('the patch is damaged')});
    expect(await isBroken(sink)).toBe(false);
  });

  it('refuses more after the program went away, even if that ended well', async () => {
    await using child = await start('exec <&-; sleep 0.2');
    const sink = sinkOf(child, ROLE);
    const piece = Buffer.alloc(1 << 20);
    const writeOn = async (): Promise<never> => {
      for (;;) await sink.write(piece);
    };
    await expect(writeOn()).rejects.toMatchObject({message: expect.stringContaining('ended too early')});
  });
});
