import * as fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {Claim} from '#dist/tasks/parallel/claim.js';
import type {Contender, ParallelLimits} from '#dist/tasks/parallel/next-to-start.js';
import {runSideBySide} from '#dist/tasks/parallel/run-side-by-side.js';

interface Work extends Contender {
  readonly number: number;
}

const ANY_CLAIMS = fc.uniqueArray(
  fc.record<Claim>({key: fc.constantFrom('a', 'b', 'c', 'd'), mode: fc.constantFrom('exclusive', 'shared')}),
  {maxLength: 3, selector: ({key}) => key},
);
const ANY_WORKS = fc
  .array(fc.record({claims: ANY_CLAIMS, host: fc.constantFrom('x', 'y', undefined)}), {maxLength: 12})
  .map((all) => all.map((work, number): Work => ({...work, number})));
const ANY_LIMITS = fc.record<ParallelLimits>({
  jobs: fc.integer({min: 1, max: 5}),
  jobsPerHost: fc.integer({min: 1, max: 3}),
});

/** Two that must not run at the same time, by words of its own. */
function areOpposed(a: Work, b: Work): boolean {
  return a.claims.some(({key, mode}) =>
    b.claims.some((other) => other.key === key && (mode === 'exclusive' || other.mode === 'exclusive')),
  );
}

function never(): AbortSignal {
  return new AbortController().signal;
}

describe('work side by side', () => {
  it('is done once each, with the results in order, and never beside what it is opposed to or beyond a limit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), ANY_WORKS, ANY_LIMITS, async (scheduler, works, limits) => {
        const running = new Set<Work>();
        const begun: Work[] = [];
        const run = async (work: Work): Promise<number> => {
          for (const other of running) expect(areOpposed(work, other)).toBe(false);
          running.add(work);
          begun.push(work);
          expect(running.size).toBeLessThanOrEqual(limits.jobs);
          const there = [...running].filter(({host}) => host !== undefined && host === work.host);
          expect(there.length).toBeLessThanOrEqual(limits.jobsPerHost);
          await scheduler.schedule(Promise.resolve());
          running.delete(work);
          return work.number;
        };
        const results = await scheduler.waitFor(runSideBySide({works, limits, run, signal: never()}));
        expect(results).toEqual(works.map(({number}) => number));
        expect(begun.map(({number}) => number).toSorted((a, b) => a - b)).toEqual(results);
        // What is opposed keeps its order.
        for (const [at, later] of begun.entries()) {
          for (const earlier of begun.slice(0, at)) {
            if (areOpposed(earlier, later)) expect(earlier.number).toBeLessThan(later.number);
          }
        }
      }),
    );
  });

  it('never idles: as long as it could, the next one begins', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), ANY_WORKS, ANY_LIMITS, async (scheduler, works, limits) => {
        const running = new Set<Work>();
        const waiting = new Set(works);
        const run = async (work: Work): Promise<void> => {
          waiting.delete(work);
          running.add(work);
          await scheduler.schedule(Promise.resolve());
          running.delete(work);
        };
        const all = runSideBySide({works, limits, run, signal: never()});
        const mayBegin = (work: Work): boolean =>
          running.size < limits.jobs &&
          [...running].filter(({host}) => host !== undefined && host === work.host).length < limits.jobsPerHost &&
          [...running].every((other) => !areOpposed(work, other)) &&
          [...waiting].every((other) => other.number >= work.number || !areOpposed(work, other));
        while (scheduler.count() > 0) {
          expect([...waiting].filter(mayBegin)).toEqual([]);
          await scheduler.waitOne();
          // For what the end of one sets going.
          await new Promise(setImmediate);
        }
        await all;
        expect(waiting.size).toBe(0);
      }),
      {numRuns: 50},
    );
  });

  it('begins in order, one by one, where the limit is one', async () => {
    await fc.assert(
      fc.asyncProperty(ANY_WORKS, async (works) => {
        const story: string[] = [];
        const run = async ({number}: Work): Promise<void> => {
          story.push(`begin ${number}`);
          await Promise.resolve();
          story.push(`end ${number}`);
        };
        await runSideBySide({works, limits: {jobs: 1, jobsPerHost: 1}, run, signal: never()});
        expect(story).toEqual(works.flatMap(({number}) => [`begin ${number}`, `end ${number}`]));
      }),
    );
  });
});

function free(count: number): Work[] {
  return Array.from({length: count}, (_, number) => ({number, claims: [], host: undefined}));
}

describe('a run that is told to stop', () => {
  it('lets what runs come to its end, and only then asks the others, one by one, in order', async () => {
    const controller = new AbortController();
    const story: string[] = [];
    const opposed: Claim[] = [{key: 'a', mode: 'exclusive'}];
    const works = free(5).map((work) => (work.number < 2 ? work : {...work, claims: opposed}));
    const run = async ({number}: Work): Promise<number> => {
      story.push(`begin ${number}`);
      if (number === 0) controller.abort();
      await new Promise(setImmediate);
      story.push(`end ${number}`);
      return number;
    };
    const results = await runSideBySide({works, limits: {jobs: 2, jobsPerHost: 2}, run, signal: controller.signal});
    expect(results).toEqual([0, 1, 2, 3, 4]);
    const told = [2, 3, 4].flatMap((number) => [`begin ${number}`, `end ${number}`]);
    expect(story).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', ...told]);
  });
});

describe('work that throws', () => {
  it('keeps others from beginning, and is told when those that run have ended', async () => {
    const ended: number[] = [];
    const run = async ({number}: Work): Promise<void> => {
      if (number === 1) throw new TypeError('a defect');
      await new Promise(setImmediate);
      ended.push(number);
    };
    const all = runSideBySide({works: free(6), limits: {jobs: 3, jobsPerHost: 3}, run, signal: never()});
    await expect(all).rejects.toThrow('a defect');
    expect(ended).toEqual([0, 2]);
  });
});
