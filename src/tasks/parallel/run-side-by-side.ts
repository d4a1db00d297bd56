import {type Contender, nextToStart, type ParallelLimits} from './next-to-start.js';

export interface SideBySide<Work extends Contender, Result> {
  /** In the order in which they begin where nothing keeps them from it. */
  readonly works: readonly Work[];
  readonly limits: ParallelLimits;
  readonly run: (work: Work) => Promise<Result>;
  /** When it aborts, what is running comes to its end first; then the others are run one by one, to say that they do nothing. */
  readonly signal: AbortSignal;
}

/**
 * Runs each once, several at a time; the results are in the order of `works`. One that throws keeps what has not begun
 * from beginning; what is running comes to its end before this rejects with it.
 */
export async function runSideBySide<Work extends Contender, Result>({
  works,
  limits,
  run,
  signal,
}: SideBySide<Work, Result>): Promise<Result[]> {
  const waiting = works.map((work, index) => ({...work, work, index}));
  const running = new Map<(typeof waiting)[number], Promise<void>>();
  const results = new Map<number, Result>();
  const defects: unknown[] = [];
  const start = (index: number): void => {
    for (const entry of waiting.splice(index, 1)) {
      const ended = run(entry.work)
        .then(
          (result) => void results.set(entry.index, result),
          (defect: unknown) => void defects.push(defect),
        )
        .finally(() => running.delete(entry));
      running.set(entry, ended);
    }
  };
  for (;;) {
    const mayStart = !signal.aborted && defects.length === 0;
    const next = mayStart ? nextToStart(waiting, [...running.keys()], limits) : undefined;
    if (next !== undefined) start(next);
    else if (running.size > 0) await Promise.race(running.values());
    else break;
  }
  if (defects.length > 0) throw defects[0];
  for (const {work, index} of waiting) results.set(index, await run(work));
  return [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result);
}
