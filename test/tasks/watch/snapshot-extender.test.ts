import {describe, expect, it} from 'vitest';
import type {SnapshotExtension} from '#dist/lvm/extend-snapshot.js';
import type {RunEvent} from '#dist/tasks/events.js';
import {Teller} from '#dist/tasks/task-context.js';
import {SnapshotExtender} from '#dist/tasks/watch/snapshot-extender.js';

const MIB = 2 ** 20;
const POLICY = {thresholdPercent: 80, stepPercent: 20};

/** An extender of a snapshot that answers with these outcomes, in turn. */
function extender(...outcomes: (SnapshotExtension | Error)[]) {
  const asked: number[] = [];
  const logs: string[] = [];
  const teller = new Teller('home', (event: RunEvent) => {
    if (event.kind === 'log') logs.push(`${event.level}: ${event.message}`);
  });
  const clock = {ms: 0};
  const extend = async (byBytes: number): Promise<SnapshotExtension> => {
    asked.push(byBytes / MIB);
    const outcome = outcomes.shift();
    if (outcome === undefined || outcome instanceof Error) throw outcome ?? new Error('asked too often');
    return outcome;
  };
  const subject = new SnapshotExtender({vg: 'vg0', name: 'snap', extend}, POLICY, teller, () => clock.ms);
  const see = (usedPercent: number | undefined, roomBytes = 100 * MIB) =>
    subject.extendIfNeeded({isInvalid: false, usedPercent, roomBytes});
  return {subject, see, asked, logs, notes: teller.notes, clock};
}

const extended = (mebibytes: number): SnapshotExtension => ({outcome: 'extended', roomBytes: mebibytes * MIB});

describe('SnapshotExtender', () => {
  it('does nothing below the threshold, nor for a thin snapshot', async () => {
    const {see, asked, subject} = extender();
    await see(79.99);
    await see(undefined);
    expect(asked).toEqual([]);
    expect(subject.extensions).toBe(0);
  });

  it('adds a step at the threshold, and tells an info log', async () => {
    const {see, asked, subject, logs, notes} = extender(extended(120));
    await see(80);
    expect(asked).toEqual([expect.closeTo(20)]);
    expect(subject.extensions).toBe(1);
    expect(logs).toEqual(['info: extended the snapshot vg0/snap to 120.0MiB: 80% of 100.0MiB were used']);
    expect(notes).toEqual([]);
  });

  it('adds as many steps as a burst has filled', async () => {
    const {see, asked} = extender(extended(144));
    await see(97);
    expect(asked).toEqual([expect.closeTo(44)]);
  });

  it('warns once when the group is full, goes on with what it gave, and asks again after a while', async () => {
    const full = (mebibytes: number): SnapshotExtension => ({outcome: 'group-full', roomBytes: mebibytes * MIB});
    const {see, asked, subject, logs, notes, clock} = extender(full(104), full(104), extended(125));
    await see(85);
    await see(90, 104 * MIB);
    expect(asked).toHaveLength(1);
    const warning = 'the group vg0 has no more room to extend the snapshot vg0/snap: 85% of 100.0MiB were used';
    expect(logs).toEqual([
      'info: extended the snapshot vg0/snap to 104.0MiB: 85% of 100.0MiB were used',
      `warning: ${warning}`,
    ]);
    expect(notes).toEqual([warning]);
    expect(subject).toMatchObject({extensions: 1, shortcoming: 'group-full'});
    clock.ms = 30_000;
    await see(91, 104 * MIB);
    clock.ms = 60_000;
    await see(92, 104 * MIB);
    expect(asked).toHaveLength(3);
    expect(logs).toHaveLength(3);
    expect(subject.extensions).toBe(2);
  });

  it('warns once when LVM refuses', async () => {
    const refusal = new Error('cannot extend the snapshot vg0/snap: it is locked');
    const {see, logs, subject, clock} = extender(refusal, refusal);
    await see(85);
    clock.ms = 30_000;
    await see(85);
    expect(logs).toEqual(['warning: cannot extend the snapshot vg0/snap: it is locked; 85% of 100.0MiB were used']);
    expect(subject).toMatchObject({extensions: 0, shortcoming: 'failed'});
  });

  it('is done when the snapshot has room for everything', async () => {
    const {see, asked, logs} = extender({outcome: 'whole', roomBytes: 100 * MIB});
    await see(85);
    await see(95);
    expect(asked).toHaveLength(1);
    expect(logs).toEqual([]);
  });
});
