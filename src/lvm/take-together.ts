import {performance} from 'node:perf_hooks';
import type {SnapshotRequest} from './create-snapshot.js';
import type {Lvm} from './lvm.js';
import {type Snapshot, type SnapshotToTake, snapshotToTake} from './snapshot.js';

export interface TogetherRequest extends SnapshotRequest {
  readonly lvm: Lvm;
}

/** Several snapshots that were taken one right after the other. */
export interface TakenTogether {
  /** One outcome a request, in their order. */
  readonly outcomes: readonly PromiseSettledResult<Snapshot>[];
  /** From before the first lvcreate to behind the last one: no two moments lie further apart. */
  readonly spanMs: number;
}

/** Does something before and after the moment of creation; it must call `create` once, and rejects if it did not. */
export type AroundCreation = (create: () => Promise<void>) => Promise<void>;

/**
 * Takes snapshots back to back: everything that can be found out before comes before the first lvcreate, and everything
 * that can wait comes behind the last. A snapshot that cannot be taken does not keep the others from it. When `around`
 * rejects, that is the outcome of every request, and nothing is left.
 */
export async function takeTogether(
  requests: readonly TogetherRequest[],
  around: AroundCreation = (create) => create(),
): Promise<TakenTogether> {
  const prepared: PromiseSettledResult<SnapshotToTake>[] = [];
  for (const request of requests) prepared.push(await outcomeOf(() => snapshotToTake(request.lvm, request)));
  let spanMs = 0;
  const creation = prepared.some(isFulfilled)
    ? await outcomeOf(() =>
        around(async () => {
          const startedAt = performance.now();
          for (const [index, one] of prepared.entries()) {
            if (isFulfilled(one) && !requests[index]?.signal?.aborted) await one.value.create();
          }
          spanMs = performance.now() - startedAt;
        }),
      )
    : undefined;
  const outcomes: PromiseSettledResult<Snapshot>[] = [];
  for (const one of prepared) outcomes.push(isFulfilled(one) ? await outcomeOf(() => one.value.settle()) : one);
  return creation?.status === 'rejected' ? {outcomes: await undo(outcomes, creation), spanMs} : {outcomes, spanMs};
}

/** What was taken is removed; what could not be removed is told together with the failure itself. */
async function undo(
  outcomes: readonly PromiseSettledResult<Snapshot>[],
  failure: PromiseRejectedResult,
): Promise<PromiseSettledResult<never>[]> {
  const failures: PromiseSettledResult<never>[] = [];
  for (const outcome of outcomes) {
    failures.push(
      isFulfilled(outcome) ? await outcomeOf(() => removeAndThrow(outcome.value, failure.reason)) : failure,
    );
  }
  return failures;
}

async function removeAndThrow(taken: Snapshot, failure: unknown): Promise<never> {
  await using _snapshot = taken;
  throw failure;
}

async function outcomeOf<Result>(work: () => Promise<Result>): Promise<PromiseSettledResult<Result>> {
  const [outcome] = await Promise.allSettled([work()]);
  return outcome;
}

function isFulfilled<Result>(outcome: PromiseSettledResult<Result>): outcome is PromiseFulfilledResult<Result> {
  return outcome.status === 'fulfilled';
}
