import type {DiffOutcome} from './diff-outcome.js';
import type {Verification} from './verify/verification.js';

/** What happened to the tasks of one run: plain data that tables, JSON and log lines format. Times are milliseconds. */
export interface RunReport {
  readonly version: string;
  readonly configFile: string | undefined;
  readonly dryRun: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly tasks: readonly TaskReport[];
}

export type TaskReport =
  | (TaskReportBase & {readonly state: 'synced'; readonly figures: TaskFigures})
  | (TaskReportBase & {
      readonly state: 'planned';
      readonly plan: TaskPlanSummary;
      readonly figures: TaskFigures | undefined;
      /** Undefined without a folder for patches, or where its file system does not tell. */
      readonly patchRoom: PatchRoomReport | undefined;
    })
  /** Compared for its own sake, and equal; what differs is a failure. */
  | (TaskReportBase & {readonly state: 'verified'; readonly verification: Verification})
  | (TaskReportBase & {readonly state: 'skipped'; readonly reason: string})
  | (TaskReportBase & {readonly state: 'failed'; readonly failure: TaskFailure});

/** The room for a patch and its undo journal, in bytes. */
export interface PatchRoomReport {
  readonly freeBytes: number;
  /** At the least; undefined where nothing was compared. */
  readonly neededBytes: number | undefined;
}

export interface TaskReportBase {
  readonly task: string;
  readonly startedAt: string;
  readonly endedAt: string;
  /** What a reader must know about what was and was not proven, one sentence each. */
  readonly notes: readonly string[];
  /** Of a task whose snapshot was taken together with those of others. */
  readonly snapshotSet: SnapshotSet | undefined;
  /** What a comparison for its own sake found. */
  readonly verification: Verification | undefined;
}

/** Snapshots that were taken back to back, of the volumes of one section. */
export interface SnapshotSet {
  readonly section: string;
  /** How many were taken. */
  readonly snapshots: number;
  /** From before the first to behind the last one. */
  readonly spanMs: number;
  /** Whether before_snapshot ran before the first: only then they may be of one moment. */
  readonly hadBeforeHook: boolean;
  /** The tasks of which none could be taken, so that the set has gaps. */
  readonly missing: readonly string[];
}

/** A part of a run; in place, what is found while generating is applied at once. */
export type Stage =
  | 'lock'
  | 'start'
  | 'recover'
  | 'check source'
  | 'check target'
  | 'create target'
  | 'grow target'
  | 'snapshot'
  | 'generate'
  | 'apply'
  | 'verify'
  | 'clean up';

/** One failure as it is told: what failed, where, the other end's last words, and the remedy if known. */
export interface TaskFailure {
  readonly code: string;
  readonly message: string;
  /** Where it failed. */
  readonly stage: Stage | 'configuration';
  readonly hint: string | undefined;
  /** Last lines of the standard error of the program that failed. */
  readonly errorLines: readonly string[];
  /** What clean-up met on top of that, one message each. */
  readonly cleanUpFailures: readonly string[];
  /** The run was told to stop (a signal), as opposed to a failure. */
  readonly cancelled: boolean;
  /** How the target is left behind; undefined where the configuration does not even say which it is. */
  readonly target: TargetLeft | undefined;
}

export interface TargetLeft {
  readonly host: string;
  readonly path: string;
  readonly state: TargetLeftState;
}

/**
 * `untouched`: this run wrote nothing there. `created`: a file of holes or a volume that the run made, and nothing of
 * the source in it yet. `grown`: larger than before, and otherwise as it was.
 * `recovered`: what an interrupted run had begun was finished or undone, and nothing newer is in it.
 * `partly-written`: neither the old image for certain nor the new one; the next run compares it anew and completes it.
 * `complete`: all differences have reached the medium, and the failure came after that.
 */
export type TargetLeftState =
  | 'untouched'
  | 'created'
  | 'grown'
  | 'recovered'
  | 'undone'
  | 'partly-written'
  | 'complete';

export interface TaskFigures extends DiffOutcome {
  readonly flow: Flow;
  /** Over the task's connection (or the pipes to a local target's programs), each direction seen from here. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Undefined without a snapshot, and for a thin one, which has no room of its own. */
  readonly snapshotFill: SnapshotFill | undefined;
  /** What was proven of the target; undefined where nothing was written. */
  readonly proof: Proof | undefined;
  readonly timesMs: StageTimes;
}

/**
 * What stands behind a good ending. `sealed`: the target was what had been compared, the patch was checked as a whole
 * before the first write, and what was written was read back, past the page cache (`direct`) or through it (`cached`).
 * `patch-stored`: the whole patch had arrived before the first write, by its SHA-256 or by its size alone; nothing is
 * known of what the target had then, nor whether it reads back as written. `in-place`: it was written as it came; a seal
 * told in the end that it came as it was made, unless a note says otherwise.
 */
export type Proof =
  | {readonly kind: 'sealed'; readonly readBack: 'direct' | 'cached'}
  | {readonly kind: 'patch-stored'; readonly check: StoredCheck}
  | {readonly kind: 'in-place'};

/** How a stored patch was compared with what was sent. */
export type StoredCheck = 'sha256' | 'size';

/** How much of the room of a snapshot was used until what was read from it was complete. */
export interface SnapshotFill {
  /** At the most, of the room that it had at that time. */
  readonly usedPercent: number;
  readonly usedBytes: number;
  /** In the end. */
  readonly roomBytes: number;
  /** How often it was extended. */
  readonly extensions: number;
}

/** generate: comparing; transfer: waiting for the target's host to take the patch; in place, apply is part of both. */
export interface StageTimes {
  readonly generate: number;
  readonly transfer: number;
  readonly apply: number;
  /** Undefined where the task does not want it. */
  readonly verify: number | undefined;
  readonly total: number;
}

export type Flow = 'in-place' | 'patch-file';

/** The plan of one task as `--dry-run` shows it: what would run where, without anything that only a run can know. */
export interface TaskPlanSummary {
  readonly task: string;
  readonly source: string;
  readonly target: {readonly host: string; readonly path: string};
  readonly flow: Flow;
  readonly patchDir: string | undefined;
  readonly client: string;
  readonly targetProgram: string;
  readonly createTarget: boolean;
  readonly growTarget: boolean;
  readonly verifyAfter: boolean;
  readonly snapshot: SnapshotPlanSummary | undefined;
  /** Commands in words. */
  readonly beforeSnapshot: readonly string[] | undefined;
  readonly afterSnapshot: readonly string[] | undefined;
  readonly onStart: readonly string[] | undefined;
  readonly onSuccess: readonly string[] | undefined;
  readonly onFailure: readonly string[] | undefined;
  readonly onChange: readonly string[] | undefined;
  /** Of ping_url, the rest of which is a secret. */
  readonly pingHost: string | undefined;
  readonly mailTo: readonly string[] | undefined;
  readonly bandwidthLimitBytesPerSecond: number | undefined;
}

export interface SnapshotPlanSummary {
  readonly name: string;
  /** As lvcreate takes it; a thin volume needs none. */
  readonly size: string | undefined;
  /** When so much of its room is used, it gets so much more, in percent. */
  readonly autoextend: {readonly thresholdPercent: number; readonly stepPercent: number} | undefined;
}
