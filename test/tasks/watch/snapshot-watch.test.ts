import {describe, expect, it} from 'vitest';
import type {SnapshotExtension} from '#dist/lvm/extend-snapshot.js';
import {LvmError} from '#dist/lvm/lvm-error.js';
import type {SnapshotCondition} from '#dist/lvm/snapshot.js';
import type {RunEvent} from '#dist/tasks/events.js';
import {Teller} from '#dist/tasks/task-context.js';
import {SnapshotWatch} from '#dist/tasks/watch/snapshot-watch.js';

const MIB = 2 ** 20;
const OVERFLOWN = new LvmError('snapshot-invalid', 'the snapshot vg0/snap of vg0/home is lost');
const REMOVED = new LvmError('snapshot-lost', 'the snapshot vg0/snap was removed by somebody else');
const NO_ANSWER = new LvmError('lvm-failed', 'cannot list vg0');
const {signal} = new AbortController();

type Look = SnapshotCondition | Error;

const used = (usedPercent: number, roomBytes = 8 * MIB): SnapshotCondition => ({
  isInvalid: false,
  usedPercent,
  roomBytes,
});
const INVALID: SnapshotCondition = {isInvalid: true, usedPercent: 100, roomBytes: 8 * MIB};

interface Script {
  /** What the looks find, in turn; the last one again and again. */
  readonly looks: readonly Look[];
  readonly lookMs?: number;
  readonly thresholdPercent?: number;
  readonly extend?: (byBytes: number) => Promise<SnapshotExtension>;
}

/** A watch whose time passes when the test says so. */
function watched({looks, lookMs = 0, thresholdPercent, extend}: Script) {
  let nowMs = 0;
  let lookCount = 0;
  const pauses: number[] = [];
  const logs: string[] = [];
  let wake: (() => void) | undefined;
  const see = (): SnapshotCondition => {
    const look = looks[Math.min(lookCount, looks.length) - 1];
    if (look === undefined || look instanceof Error) throw look ?? new Error('nothing to see');
    return look;
  };
  const teller = new Teller('home', (event: RunEvent) => {
    if (event.kind === 'log') logs.push(`${event.level}: ${event.message}`);
  });
  const watch = new SnapshotWatch({
    snapshot: {
      vg: 'vg0',
      name: 'snap',
      originBytes: 100 * MIB,
      async check() {
        lookCount += 1;
        nowMs += lookMs;
        return see();
      },
      async requireValid() {
        if (see().isInvalid) throw OVERFLOWN;
      },
      extend: extend ?? (() => Promise.reject(new Error('not to be extended'))),
    },
    policy: thresholdPercent === undefined ? undefined : {thresholdPercent, stepPercent: 50},
    teller,
    now: () => nowMs,
    pause: (milliseconds, until) =>
      new Promise((resolve) => {
        pauses.push(milliseconds);
        wake = () => {
          nowMs += milliseconds;
          resolve(undefined);
        };
        until.addEventListener('abort', wake, {once: true});
      }),
  });
  /** Lets the watch take its next looks. */
  const look = async (times = 1): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      wake?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {watch, look, pauses, logs, teller, lookCount: () => lookCount};
}

describe('SnapshotWatch', () => {
  it('looks every few seconds, and more often when the snapshot is nearly full or fills up quickly', async () => {
    const {watch, look, pauses} = watched({looks: [used(10), used(30), used(60), used(62), used(81)]});
    await look(5);
    await watch[Symbol.asyncDispose]();
    expect(pauses).toEqual([1000, 5000, 5000, 1000, 5000, 1000]);
  });

  it('looks again soon when the first second has filled much of it', async () => {
    const {watch, look, pauses} = watched({looks: [used(20)]});
    await look();
    await watch[Symbol.asyncDispose]();
    expect(pauses).toEqual([1000, 1000]);
  });

  it('looks less often where a look lasts long', async () => {
    const {watch, look, pauses} = watched({looks: [used(0), used(95)], lookMs: 2000});
    await look(2);
    await watch[Symbol.asyncDispose]();
    expect(pauses).toEqual([1000, 20_000, 2000]);
  });

  it('keeps the highest fill, of which the last look is a part', async () => {
    const {watch, look} = watched({looks: [used(25), used(50), used(30, 16 * MIB), used(31, 16 * MIB)]});
    expect(watch.fill()).toBeUndefined();
    await look(3);
    await watch.requireValid(signal);
    expect(watch.fill()).toEqual({
      usedPercent: 50,
      usedBytes: Math.round(0.31 * 16 * MIB),
      roomBytes: 16 * MIB,
      extensions: 0,
    });
  });

  it('knows no fill of a thin snapshot', async () => {
    const {watch} = watched({looks: [{isInvalid: false, usedPercent: undefined, roomBytes: undefined}]});
    await watch.requireValid(signal);
    expect(watch.fill()).toBeUndefined();
  });

  it('extends at the threshold', async () => {
    const asked: number[] = [];
    const {watch, look} = watched({
      looks: [used(40), used(75)],
      thresholdPercent: 70,
      extend: async (byBytes) => {
        asked.push(byBytes);
        return {outcome: 'extended', roomBytes: 12 * MIB};
      },
    });
    await look();
    expect(asked).toEqual([]);
    await look();
    expect(asked).toEqual([4 * MIB]);
    expect(watch.fill()).toMatchObject({extensions: 1});
    await watch[Symbol.asyncDispose]();
  });

  it('tells a loss as soon as it is seen, with the size that is needed, and looks no more', async () => {
    const {watch, look, teller, lookCount} = watched({looks: [used(50), INVALID]});
    teller.comparedShare = 0.2;
    await look(2);
    expect(await watch.lost).toMatchObject({
      code: 'snapshot-invalid',
      message: 'the snapshot vg0/snap of vg0/home is lost, when 20% were compared',
      hint: expect.stringContaining('lvm_snapshot_size = 50m or more'),
    });
    await expect(watch.requireValid(signal)).rejects.toBe(await watch.lost);
    expect(lookCount()).toBe(2);
  });

  it('tells that somebody removed the snapshot', async () => {
    const {watch, look} = watched({looks: [REMOVED]});
    await look();
    expect(await watch.lost).toBe(REMOVED);
  });

  it('tells a loss that only the last look finds', async () => {
    const {watch} = watched({looks: [INVALID]});
    await expect(watch.requireValid(signal)).rejects.toMatchObject({
      hint: expect.stringContaining('lvm_snapshot_size'),
    });
  });

  it('goes on when a look fails, and tells a debug log', async () => {
    const {watch, look, logs} = watched({looks: [NO_ANSWER, used(5)]});
    await look(2);
    await watch.requireValid(signal);
    expect(logs).toEqual(['debug: cannot look at the snapshot: cannot list vg0']);
    expect(watch.fill()).toMatchObject({usedPercent: 5});
  });

  it('leaves it to its owner when the last look fails', async () => {
    const {watch} = watched({looks: [NO_ANSWER]});
    await expect(watch.requireValid(signal)).rejects.toBe(NO_ANSWER);
  });

  it('ends when an extension that is under way has come to its end', async () => {
    const finish: ((extension: SnapshotExtension) => void)[] = [];
    const {watch, look} = watched({
      looks: [used(90)],
      thresholdPercent: 70,
      extend: () => new Promise((resolve) => void finish.push(resolve)),
    });
    await look();
    const ending = watch[Symbol.asyncDispose]();
    const pause = new Promise((resolve) => void setTimeout(() => resolve('still under way'), 20));
    expect(await Promise.race([ending, pause])).toBe('still under way');
    finish[0]?.({outcome: 'extended', roomBytes: 12 * MIB});
    await ending;
  });
});
