import {performance} from 'node:perf_hooks';
import {LvmError} from '../lvm/lvm-error.js';
import type {SealRequest} from '../bdsync/client.js';
import {diff, type PatchTaker} from './diff.js';
import type {DiffOutcome} from './diff-outcome.js';
import type {Leftovers} from './state/leftovers.js';
import {lateSink, type LateSink} from './programs/late-sink.js';
import {applySealed} from './recovery/apply-sealed.js';
import {applyStoredPatch, startPatcher, type UnsealedWriting} from './programs/patcher.js';
import type {Proof, SnapshotFill, StageTimes, StoredCheck} from './report.js';
import type {ConsistentSource} from './ends/snapshot.js';
import type {SealChoice} from './ends/choose-seal.js';
import {storePatch} from './programs/stored-patch.js';
import {unsealedNote} from './programs/unsealed-note.js';
import type {TaskContext} from './task-context.js';

export interface FlowOutcome extends DiffOutcome {
  readonly snapshotFill: SnapshotFill | undefined;
  readonly proof: Proof | undefined;
  readonly timesMs: Omit<StageTimes, 'total'>;
}

export interface InPlaceFlow {
  readonly writing: UnsealedWriting;
  /** A seal proves in the end that the patch has arrived as it was made; it cannot keep it from being written. */
  readonly seal: SealChoice;
}

/** Streams the patch to the patching end as it is made. */
export async function applyInPlace(
  context: TaskContext,
  source: ConsistentSource,
  {writing, seal}: InPlaceFlow,
): Promise<FlowOutcome> {
  const {teller, watchdog, host, plan} = context;
  teller.enter('generate');
  await using patcher = lateSink(() => startPatcher(context, writing, seal));
  const request = seal.kind === 'sealed' ? seal.request : undefined;
  const {outcome, generateMs, transferMs} = await diffInto(context, source, patcher, request);
  await source.requireValid(context.signal);
  teller.enter('apply');
  watchdog.waitingFor = `bdsync --patch on ${host.name}, which writes ${plan.target.path}`;
  const applyMs = await timed(() => patcher.finish());
  const timesMs = {generate: generateMs, transfer: transferMs, apply: applyMs, verify: undefined};
  return {...outcome, snapshotFill: source.fill(), proof: {kind: 'in-place'}, timesMs};
}

export interface FileFlow {
  readonly patchDir: string;
  /** What the folder is known by, if that can be told. */
  readonly patchFolder?: string | undefined;
  readonly leftovers: Leftovers;
  readonly seal: SealChoice;
  /** Of a patch with a seal, only the hold matters. */
  readonly writing: UnsealedWriting;
}

/** Stores the whole patch on the target's host before the first byte of the target changes. */
export async function applyThroughFile(
  context: TaskContext,
  source: ConsistentSource,
  {patchDir, patchFolder, leftovers, seal, writing}: FileFlow,
): Promise<FlowOutcome> {
  const {teller} = context;
  teller.enter('generate');
  const isSealed = seal.kind === 'sealed';
  await using stored = storePatch(context, {patchDir, patchFolder, leftovers, isSealed});
  const {outcome, generateMs, transferMs} = await diffInto(
    context,
    source,
    stored,
    isSealed ? seal.request : undefined,
  );
  let check: StoredCheck = 'size';
  const finishMs = await timed(async () => {
    await stored.finish();
    check = await stored.verify();
  });
  await source.requireValid(context.signal);
  teller.enter('apply');
  let proof: Proof = {kind: 'patch-stored', check};
  const applyMs = await timed(async () => {
    if (isSealed) {
      proof = {kind: 'sealed', readBack: await applySealed(context, stored, () => writing.confirmHold())};
    } else {
      const {path} = stored;
      const verifyApplied = (): Promise<void> => stored.verifyApplied();
      const medium = await applyStoredPatch(context, writing, {...outcome, path, verifyApplied});
      teller.note(unsealedNote(context, seal.why, {check, medium}));
    }
  });
  teller.enter('clean up');
  const timesMs = {generate: generateMs, transfer: transferMs + finishMs, apply: applyMs, verify: undefined};
  return {...outcome, snapshotFill: source.fill(), proof, timesMs};
}

interface TimedDiff {
  readonly outcome: DiffOutcome;
  readonly generateMs: number;
  /** Waiting for the other end to take the patch. */
  readonly transferMs: number;
}

/**
 * Compares until the patch is in the sink. When the sink's program ends before that, or the source is lost, so does the
 * comparison.
 */
async function diffInto(
  context: TaskContext,
  source: ConsistentSource,
  sink: LateSink,
  seal?: SealRequest,
): Promise<TimedDiff> {
  const broken = new AbortController();
  for (const end of [sink.brokenOff, source.lost]) void end.then((failure) => broken.abort(failure));
  const signal = AbortSignal.any([context.signal, broken.signal]);
  let transferMs = 0;
  const startedAt = performance.now();
  try {
    const taker: PatchTaker = {
      begin: (sizes) => sink.begin(sizes),
      async write(bytes) {
        const before = performance.now();
        await sink.write(bytes);
        transferMs += performance.now() - before;
      },
    };
    const outcome = await diff({...context, signal}, source.path, taker, seal);
    return {outcome, generateMs: performance.now() - startedAt - transferMs, transferMs};
  } catch (error) {
    throw await orLostSource(broken.signal.aborted ? broken.signal.reason : error, source, context.signal);
  }
}

/** A snapshot that was lost meanwhile is the failure to tell, whatever broke because of it. */
export async function orLostSource(error: unknown, source: ConsistentSource, signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return error;
  try {
    await source.requireValid(signal);
  } catch (loss) {
    if (loss instanceof LvmError && (loss.code === 'snapshot-invalid' || loss.code === 'snapshot-lost')) return loss;
  }
  return error;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
