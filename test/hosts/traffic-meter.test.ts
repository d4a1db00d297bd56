import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {describe, expect, test} from 'vitest';
import {localHost} from '#dist/hosts/local-host.js';
import {TrafficMeter} from '#dist/hosts/traffic-meter.js';

const MIB = 1_048_576;

/** A clock that stands still but for the meter's own waits. */
function simulatedMeter(limitBytesPerSecond: number): {meter: TrafficMeter; elapsedMs: () => number} {
  let now = 5000;
  const meter = new TrafficMeter({
    limitBytesPerSecond,
    now: () => now,
    wait: async (milliseconds) => {
      now += milliseconds;
    },
  });
  return {meter, elapsedMs: () => now - 5000};
}

async function pass(meter: TrafficMeter, direction: 'sent' | 'received', byteCount: number): Promise<void> {
  for (const piece of meter.pieces(Buffer.alloc(byteCount))) await meter.admit(direction, piece.length);
}

function pieceSizes(meter: TrafficMeter): number[] {
  return [...meter.pieces(Buffer.alloc(65_536))].map((piece) => piece.length);
}

describe('TrafficMeter', () => {
  test('counts each direction, and every byte and sign of life as activity', async () => {
    const meter = new TrafficMeter();
    await meter.admit('sent', 10);
    await meter.admit('received', 3);
    expect([meter.sentBytes, meter.receivedBytes]).toEqual([10, 3]);
    const before = meter.activity;
    meter.noteSignOfLife();
    expect(meter.activity).toBeGreaterThan(before);
    await meter.admit('received', 1);
    expect(meter.activity).toBeGreaterThan(before + 1);
  });

  test('lets 10 MiB through a limit of 1 MiB per second in 9.9 to 10 s, in one direction', async () => {
    const {meter, elapsedMs} = simulatedMeter(MIB);
    await pass(meter, 'sent', 10 * MIB);
    expect(elapsedMs()).toBeGreaterThan(9850);
    expect(elapsedMs()).toBeLessThanOrEqual(10_000);
  });

  test('and in both together', async () => {
    const {meter, elapsedMs} = simulatedMeter(MIB);
    for (let turn = 0; turn < 80; turn += 1) {
      await pass(meter, 'sent', 98_304);
      await pass(meter, 'received', 32_768);
    }
    expect(meter.sentBytes + meter.receivedBytes).toBe(10 * MIB);
    expect(elapsedMs()).toBeGreaterThan(9850);
    expect(elapsedMs()).toBeLessThanOrEqual(10_000);
  });

  test('does not save up for a burst while nothing moves', async () => {
    let now = 0;
    let waitedMs = 0;
    const wait = async (milliseconds: number): Promise<void> => {
      waitedMs += milliseconds;
      now += milliseconds;
    };
    const meter = new TrafficMeter({limitBytesPerSecond: MIB, now: () => now, wait});
    now = 3_600_000;
    await pass(meter, 'received', MIB);
    expect(waitedMs).toBeGreaterThan(850);
  });

  test('cuts chunks so that a low limit is even, and leaves them whole without one', () => {
    expect(pieceSizes(new TrafficMeter())).toEqual([65_536]);
    expect(Math.max(...pieceSizes(new TrafficMeter({limitBytesPerSecond: MIB})))).toBeLessThan(65_536);
    expect(pieceSizes(new TrafficMeter({limitBytesPerSecond: 1}))).toEqual(Array.from({length: 128}, () => 512));
    expect([...new TrafficMeter().pieces(Buffer.alloc(0))]).toEqual([]);
  });

  test('stops waiting when it is told to', async () => {
    const meter = new TrafficMeter({limitBytesPerSecond: 1});
    const stop = new AbortController();
    await meter.admit('sent', 100_000);
    const waiting = meter.admit('sent', 1, stop.signal);
    stop.abort();
    await expect(waiting).rejects.toMatchObject({name: 'AbortError'});
    expect(meter.sentBytes).toBe(100_000);
  });

  test.each([0, -1, Number.NaN])('refuses a limit of %d', (limitBytesPerSecond) => {
    expect(() => new TrafficMeter({limitBytesPerSecond})).toThrow(RangeError);
  });

  test('limits both directions of a real child together', async () => {
    const meter = new TrafficMeter({limitBytesPerSecond: MIB});
    await using child = await localHost().spawn(['cat'], {describe: 'cat', meter});
    const startedAt = performance.now();
    const sending = pipeline(Readable.from([Buffer.alloc(MIB / 4), Buffer.alloc(MIB / 4)]), child.stdin);
    let received = 0;
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) received += chunk.length;
    await sending;
    const seconds = (performance.now() - startedAt) / 1000;
    expect([meter.sentBytes, meter.receivedBytes, received]).toEqual([MIB / 2, MIB / 2, MIB / 2]);
    expect(seconds).toBeGreaterThan(0.8);
    expect(seconds).toBeLessThan(5);
  });

  test('a child can be ended in the middle of a long wait', async () => {
    const meter = new TrafficMeter({limitBytesPerSecond: 1024});
    const startedAt = performance.now();
    {
      await using child = await localHost().spawn(['cat'], {describe: 'cat', meter});
      child.stdin.write(Buffer.alloc(MIB));
    }
    expect(performance.now() - startedAt).toBeLessThan(4000);
  });
});
