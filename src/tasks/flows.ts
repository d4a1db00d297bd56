import {performance} from 'node:perf_hooks';
import {diff, type DiffOutcome} from './diff.js';
import type {PatchSink} from './programs/child-sink.js';
import type {Leftovers} from './state/leftovers.js';
import {applyStoredPatch, startPatcher} from './programs/patcher.js';
import type {StageTimes} from './report.js';
import type {ConsistentSource} from './ends/snapshot.js';
import {storePatch} from './programs/stored-patch.js';
import type {TaskContext} from './task-context.js';

export interface FlowOutcome extends DiffOutcome {
  readonly timesMs: Omit<StageTimes, 'total'>;
}

/** Streams the patch to the patching end as it is made. */
export async function applyInPlace(context: TaskContext, source: ConsistentSource): Promise<FlowOutcome> {
  const {teller, watchdog, host, plan} = context;
  teller.enter('generate');
  await using patcher = await startPatcher(context);
  const {outcome, generateMs, transferMs} = await diffInto(context, source.path, patcher);
  await source.requireValid(context.signal);
  teller.enter('apply');
  watchdog.waitingFor = `bdsync --patch on ${host.name}, which writes ${plan.target.path}`;
  const applyMs = await timed(() => patcher.finish());
  return {...outcome, timesMs: {generate: generateMs, transfer: transferMs, apply: applyMs}};
}

/** Stores the whole patch on the target's host before the first byte of the target changes. */
export async function applyThroughFile(
  context: TaskContext,
  source: ConsistentSource,
  patchDir: string,
  leftovers: Leftovers,
): Promise<FlowOutcome> {
  const {teller} = context;
  teller.enter('generate');
  await using stored = await storePatch(context, patchDir, leftovers);
  const {outcome, generateMs, transferMs} = await diffInto(context, source.path, stored.sink);
  const finishMs = await timed(async () => {
    await stored.sink.finish();
    await stored.verifySize(outcome.patchBytes);
  });
  await source.requireValid(context.signal);
  teller.enter('apply');
  const applyMs = await timed(() => applyStoredPatch(context, stored.path, outcome.patchBytes));
  teller.enter('clean up');
  return {...outcome, timesMs: {generate: generateMs, transfer: transferMs + finishMs, apply: applyMs}};
}

interface TimedDiff {
  readonly outcome: DiffOutcome;
  readonly generateMs: number;
  /** Waiting for the other end to take the patch. */
  readonly transferMs: number;
}

async function diffInto(context: TaskContext, sourcePath: string, sink: PatchSink): Promise<TimedDiff> {
  let transferMs = 0;
  const startedAt = performance.now();
  const outcome = await diff(context, sourcePath, async (bytes) => {
    const before = performance.now();
    await sink.write(bytes);
    transferMs += performance.now() - before;
  });
  return {outcome, generateMs: performance.now() - startedAt - transferMs, transferMs};
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
