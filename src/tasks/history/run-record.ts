import type {Flow, Proof, SnapshotFill, StageTimes, TargetLeft, TaskFailure} from '../report.js';
import type {ProcessIdentity} from './process-identity.js';
import type {RecordedEnds} from './recorded-ends.js';

/**
 * What is remembered of the runs of a task, one line of JSON each; docs/run-records.md has the format. Times are ISO 8601
 * of the machine's clock, which may have been set meanwhile: the order of the lines is that of what happened.
 */
export type RunRecord = StartedRecord | EndedRecord;

/** `verify` compares only; `recover` finishes or undoes what an interrupted run began. */
export type RunPurpose = 'run' | 'verify' | 'recover';

/** Written before anything is done: where no end follows and nobody is at work any more, the run did not end. */
export interface StartedRecord extends RecordBase {
  readonly kind: 'started';
  readonly startedAt: string;
  readonly process: ProcessIdentity | undefined;
}

/**
 * How a run ended. `verified`: compared for its own sake, and equal. `recovered`: what was begun is finished, or undone.
 * `cancelled`: told to stop. `skipped`: told to stop before it was its turn. `unknown`: a later version's word.
 */
export type RunOutcome = 'synced' | 'verified' | 'recovered' | 'failed' | 'cancelled' | 'skipped' | 'unknown';

export interface EndedRecord extends RecordBase {
  readonly kind: 'ended';
  readonly startedAt: string | undefined;
  readonly endedAt: string;
  /** By a clock that nobody sets. */
  readonly durationMs: number | undefined;
  readonly outcome: RunOutcome;
  /** Of a run that brought its target in step. */
  readonly figures: RecordedFigures | undefined;
  readonly verification: RecordedVerification | undefined;
  readonly failure: RecordedFailure | undefined;
  /** As in the report; why a task was skipped, too. */
  readonly notes: readonly string[];
}

interface RecordBase {
  /** Of one task's run: the same in its start and its end. */
  readonly run: string;
  readonly task: string;
  /** Real path of the configuration, or what stands for the command line. */
  readonly origin: string;
  readonly purpose: RunPurpose;
  /** Of bdsync-manager. */
  readonly version: string;
  /** Both undefined where the configuration does not tell them, and in records of earlier versions. */
  readonly source: RecordedEnds['source'] | undefined;
  readonly target: RecordedEnds['target'] | undefined;
}

export interface RecordedFigures {
  readonly flow: Flow | undefined;
  readonly sourceBytes: number | undefined;
  readonly targetBytes: number | undefined;
  readonly differingBlocks: number | undefined;
  readonly differingBytes: number | undefined;
  readonly patchBytes: number | undefined;
  readonly digestBytes: number | undefined;
  readonly sentBytes: number | undefined;
  readonly receivedBytes: number | undefined;
  readonly timesMs: Partial<StageTimes> | undefined;
  readonly snapshotFill: SnapshotFill | undefined;
  readonly proof: Proof | undefined;
}

export interface RecordedVerification {
  readonly method: string;
  readonly samplePercent: number | undefined;
  readonly comparedBytes: number | undefined;
  readonly differingBytes: number | undefined;
  readonly differingExtents: number | undefined;
  readonly timeMs: number | undefined;
}

export interface RecordedFailure extends Pick<TaskFailure, 'code' | 'message' | 'hint'> {
  readonly stage: string | undefined;
  readonly target: RecordedTarget | undefined;
}

export interface RecordedTarget extends Omit<TargetLeft, 'state'> {
  readonly state: string;
}
