import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {WriteGate} from '#dist/write-gate.js';

/** Everything that can go on by itself has. */
async function rest(): Promise<void> {
  await new Promise(setImmediate);
}

describe('the gate for writes', () => {
  it('never lets anybody write while it is shut, and everybody in the end', async () => {
    const anySteps = fc.array(fc.constantFrom('write', 'fail', 'shut'), {maxLength: 12});
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), anySteps, async (scheduler, steps) => {
        const gate = new WriteGate();
        const now = {shut: 0, writing: 0, ended: 0};
        const write = async (fails: boolean): Promise<void> => {
          expect(now.shut).toBe(0);
          now.writing += 1;
          await scheduler.schedule(Promise.resolve());
          expect(now.shut).toBe(0);
          now.writing -= 1;
          now.ended += 1;
          if (fails) throw new Error('the disk is full');
        };
        const all = steps.map(async (step) => {
          await scheduler.schedule(Promise.resolve());
          if (step !== 'shut') return await gate.pass(() => write(step === 'fail'));
          using _shut = await gate.shut();
          now.shut += 1;
          expect(now.writing).toBe(0);
          await scheduler.schedule(Promise.resolve());
          now.shut -= 1;
        });
        const outcomes = await scheduler.waitFor(Promise.allSettled(all));
        expect(now.ended).toBe(steps.filter((step) => step !== 'shut').length);
        expect(outcomes.map(({status}) => status === 'rejected')).toEqual(steps.map((step) => step === 'fail'));
      }),
    );
  });

  it('is not kept open for ever by a write that hangs', async () => {
    const gate = new WriteGate(1);
    let goOn: (() => void) | undefined;
    const hanging = gate.pass(() => new Promise<void>((resolve) => (goOn = resolve)));
    const shut = await gate.shut();
    goOn?.();
    await hanging;
    shut[Symbol.dispose]();
  });

  it('lets who is told to stop wait no longer, and never write; who writes already goes on', async () => {
    const gate = new WriteGate(1);
    const stop = new AbortController();
    const written: string[] = [];
    let goOn: (() => void) | undefined;
    const going = gate.pass(
      async () => {
        await new Promise<void>((resolve) => (goOn = resolve));
        written.push('before');
      },
      {signal: stop.signal},
    );
    const shut = await gate.shut();
    const waiting = gate.pass(async () => void written.push('meanwhile'), {signal: stop.signal});
    const other = gate.pass(async () => void written.push('another'), {signal: new AbortController().signal});
    const reason = new Error('told to stop');
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(gate.pass(async () => void written.push('later'), {signal: stop.signal})).rejects.toBe(reason);
    goOn?.();
    await going;
    shut[Symbol.dispose]();
    await other;
    expect(written).toEqual(['before', 'another']);
    // Where nothing keeps it from that, what has to be cleaned up is written all the same.
    await gate.pass(async () => void written.push('in the end'), {signal: stop.signal});
    expect(written).toHaveLength(3);
  });

  it('has nobody’s time counted who waits, and that of the others', async () => {
    const gate = new WriteGate();
    const counts: string[] = [];
    const pause = (): Disposable => {
      counts.push('stops');
      return {[Symbol.dispose]: () => void counts.push('goes on')};
    };
    const write = async (): Promise<void> => void counts.push('writes');
    await gate.pass(write, {pause});
    expect(counts.splice(0)).toEqual(['writes']);
    const shut = await gate.shut();
    const writing = gate.pass(write, {pause});
    await rest();
    expect(counts).toEqual(['stops']);
    shut[Symbol.dispose]();
    await writing;
    expect(counts.splice(0)).toEqual(['stops', 'goes on', 'writes']);
    const again = await gate.shut();
    const stopped = gate.pass(write, {pause, signal: AbortSignal.timeout(1)});
    await expect(stopped).rejects.toMatchObject({name: 'TimeoutError'});
    again[Symbol.dispose]();
    expect(counts).toEqual(['stops', 'goes on']);
  });

  it('is opened once, however often that is said', async () => {
    const gate = new WriteGate();
    const [first, second] = [await gate.shut(), await gate.shut()];
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    let isWritten = false;
    const writing = gate.pass(async () => {
      isWritten = true;
    });
    await rest();
    expect(isWritten).toBe(false);
    second[Symbol.dispose]();
    await writing;
    expect(isWritten).toBe(true);
  });
});
