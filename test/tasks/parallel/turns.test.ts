import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Claim} from '#dist/tasks/parallel/claim.js';
import {Turns} from '#dist/tasks/parallel/turns.js';

const EXCLUSIVE: readonly Claim[] = [{key: 'disk', mode: 'exclusive'}];
const SHARED: readonly Claim[] = [{key: 'disk', mode: 'shared'}];
const ANY_CLAIMS = fc.uniqueArray(
  fc.record<Claim>({key: fc.constantFrom('a', 'b', 'c'), mode: fc.constantFrom('exclusive', 'shared')}),
  {minLength: 1, selector: ({key}) => key},
);

function never(): AbortSignal {
  return new AbortController().signal;
}

describe('turns', () => {
  it('give what is shared to several, and what is exclusive to one', async () => {
    const turns = new Turns();
    const story: string[] = [];
    const onWait = (): void => void story.push('waits');
    const first = await turns.take({claims: SHARED, signal: never(), onWait});
    const second = await turns.take({claims: SHARED, signal: never(), onWait});
    const third = turns.take({claims: EXCLUSIVE, signal: never(), onWait}).then((turn) => {
      story.push('has it');
      return turn;
    });
    // Behind one that waits for it, it is not shared any more.
    const fourth = turns.take({claims: SHARED, signal: never(), onWait}).then(() => story.push('has it, too'));
    first[Symbol.dispose]();
    await new Promise(setImmediate);
    expect(story).toEqual(['waits', 'waits']);
    second[Symbol.dispose]();
    const turn = await third;
    expect(story).toEqual(['waits', 'waits', 'has it']);
    turn[Symbol.dispose]();
    await fourth;
  });

  it('are given back once, however often that is said', async () => {
    const turns = new Turns();
    const first = await turns.take({claims: EXCLUSIVE, signal: never()});
    first[Symbol.dispose]();
    await turns.take({claims: EXCLUSIVE, signal: never()});
    first[Symbol.dispose]();
    let isGiven = false;
    void turns.take({claims: EXCLUSIVE, signal: never()}).then(() => (isGiven = true));
    await new Promise(setImmediate);
    expect(isGiven).toBe(false);
  });

  it('are not waited for any more by whoever is told to stop, and those behind go on', async () => {
    const turns = new Turns();
    const controller = new AbortController();
    await turns.take({claims: SHARED, signal: never()});
    const waiting = turns.take({claims: EXCLUSIVE, signal: controller.signal});
    const behind = turns.take({claims: SHARED, signal: never()});
    controller.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await behind;
    await expect(turns.take({claims: SHARED, signal: controller.signal})).rejects.toThrow('stopped');
  });

  it('never give two what only one may have, and everybody gets a turn', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.array(ANY_CLAIMS, {maxLength: 10}), async (scheduler, all) => {
        const turns = new Turns();
        const held: Claim[] = [];
        let served = 0;
        const works = all.map(async (claims) => {
          using _turn = await turns.take({claims, signal: never()});
          for (const {key, mode} of claims) {
            const others = held.filter((other) => other.key === key);
            expect(others.some((other) => mode === 'exclusive' || other.mode === 'exclusive')).toBe(false);
          }
          held.push(...claims);
          await scheduler.schedule(Promise.resolve());
          for (const claim of claims) held.splice(held.indexOf(claim), 1);
          served += 1;
        });
        await scheduler.waitFor(Promise.all(works));
        expect(served).toBe(all.length);
      }),
    );
  });

  it('make no circle, where the one for snapshots is asked for last', async () => {
    const snapshot: Claim = {key: 'snapshot', mode: 'exclusive'};
    const anyWorks = fc.array(fc.record({devices: ANY_CLAIMS, keeps: fc.boolean()}), {maxLength: 8});
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), anyWorks, async (scheduler, all) => {
        const turns = new Turns();
        let served = 0;
        const works = all.map(async ({devices, keeps}) => {
          const held = await turns.take({claims: devices, signal: never()});
          const taking = await turns.take({claims: [snapshot], signal: never()});
          await scheduler.schedule(Promise.resolve());
          taking[Symbol.dispose]();
          // A section gives all back, and asks again for each of its volumes; a single task keeps what it has.
          if (!keeps) held[Symbol.dispose]();
          await scheduler.schedule(Promise.resolve());
          const copying = keeps ? held : await turns.take({claims: devices, signal: never()});
          await scheduler.schedule(Promise.resolve());
          copying[Symbol.dispose]();
          served += 1;
        });
        await scheduler.waitFor(Promise.all(works));
        expect(served).toBe(all.length);
      }),
    );
  });
});
