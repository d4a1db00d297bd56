import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {TrafficMeter} from '#dist/hosts/traffic-meter.js';
import type {TaskError} from '#dist/tasks/task-error.js';
import {Watchdog} from '#dist/tasks/watch/watchdog.js';

const TIMEOUT_MS = 60_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(timeoutMs = TIMEOUT_MS) {
  const stalls: TaskError[] = [];
  const meter = new TrafficMeter();
  const watchdog = new Watchdog({timeoutMs, meter, onStall: (error) => stalls.push(error)});
  return {stalls, meter, watchdog, pass: (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds)};
}

describe('Watchdog', () => {
  it('tells once, when nothing moved for as long as it may, what was waited for', async () => {
    const {stalls, watchdog, pass} = watched();
    watchdog.waitingFor = 'bdsync --server on store';
    watchdog.start();
    await pass(TIMEOUT_MS - 1);
    expect(stalls).toEqual([]);
    await pass(10 * TIMEOUT_MS);
    expect(stalls).toHaveLength(1);
    expect(stalls[0]).toMatchObject({
      code: 'stalled',
      message: 'nothing moved for 60 seconds while waiting for bdsync --server on store',
      hint: expect.stringContaining('stall_timeout'),
    });
  });

  it('does not count the time of a pause, and begins anew behind it', async () => {
    const {stalls, watchdog, pass} = watched();
    watchdog.start();
    await pass(TIMEOUT_MS - 1);
    {
      using _pause = watchdog.pause();
      await pass(10 * TIMEOUT_MS);
    }
    await pass(TIMEOUT_MS - 1);
    expect(stalls).toEqual([]);
    await pass(TIMEOUT_MS);
    expect(stalls).toHaveLength(1);
  });

  it('is not started by the end of a pause', async () => {
    const {stalls, watchdog, pass} = watched();
    watchdog.pause()[Symbol.dispose]();
    await pass(10 * TIMEOUT_MS);
    expect(stalls).toEqual([]);
  });

  it('does not count the time before its start: a run may wait for another one', async () => {
    const {stalls, watchdog, pass} = watched();
    await pass(10 * TIMEOUT_MS);
    watchdog.start();
    await pass(TIMEOUT_MS - 1);
    expect(stalls).toEqual([]);
    await pass(TIMEOUT_MS);
    expect(stalls).toHaveLength(1);
  });

  it.each([
    ['a byte', (meter: TrafficMeter) => meter.admit('received', 1)],
    ['a sign of life', async (meter: TrafficMeter) => meter.noteSignOfLife()],
  ])('is calmed by %s', async (_, move) => {
    const {stalls, meter, watchdog, pass} = watched();
    watchdog.start();
    for (let round = 0; round < 5; round += 1) {
      await pass(TIMEOUT_MS * 0.7);
      await move(meter);
    }
    expect(stalls).toEqual([]);
    await pass(2 * TIMEOUT_MS);
    expect(stalls).toHaveLength(1);
  });

  it('is calmed by a watched program that works, until that is watched no more', async () => {
    const {stalls, watchdog, pass} = watched();
    let looks = 0;
    const watch = watchdog.watch(async () => String((looks += 1)));
    watchdog.start();
    await pass(5 * TIMEOUT_MS);
    expect(stalls).toEqual([]);
    watch[Symbol.dispose]();
    await pass(2 * TIMEOUT_MS);
    expect(stalls).toHaveLength(1);
  });

  it('does not ask a program again that has not answered yet', async () => {
    const {watchdog, pass} = watched();
    let asked = 0;
    watchdog.watch(() => {
      asked += 1;
      return new Promise(() => {});
    });
    watchdog.start();
    await pass(5 * TIMEOUT_MS);
    expect(asked).toBe(1);
  });

  it.each(['2000-01-01', '2100-01-01'])('does not mind a clock that is set to %s', async (date) => {
    const {stalls, watchdog, pass} = watched();
    watchdog.start();
    await pass(TIMEOUT_MS / 2);
    vi.setSystemTime(new Date(date));
    await pass(TIMEOUT_MS / 2 - 1);
    expect(stalls).toEqual([]);
    await pass(TIMEOUT_MS);
    expect(stalls).toHaveLength(1);
  });

  it('never tells when it was disposed of, nor with a time of 0', async () => {
    const {stalls, watchdog, pass} = watched();
    watchdog.start();
    watchdog[Symbol.dispose]();
    const never = watched(0);
    never.watchdog.start();
    await pass(100 * TIMEOUT_MS);
    expect([...stalls, ...never.stalls]).toEqual([]);
  });
});
