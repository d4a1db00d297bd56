import type {NotifyConfig} from './notify-config.js';

/**
 * One task, complete: every key parsed, every default filled in. Nobody asks again whether a key was there.
 * Paths on this machine have their `~` expanded; remote paths are the remote side's and only lose a leading `~/`.
 */
export interface TaskConfig {
  readonly name: string;
  readonly disabled: boolean;
  readonly sourcePath: string;
  readonly targetPath: string;
  /** Words that reach the target's host; empty when the target is on this machine. */
  readonly connectionCommand: readonly string[];
  /** Whether a remote shell parses the connection's words again. */
  readonly connectionQuoting: 'auto' | 'shell' | 'none';
  /** A native bdsync that replaces the built-in engine at this end. */
  readonly localBdsyncBin: string | undefined;
  readonly remoteBdsyncBin: string;
  readonly bdsyncArgs: BdsyncArgs;
  readonly targetPatchDir: string | undefined;
  readonly applyPatchInPlace: boolean;
  readonly createTargetIfMissing: boolean;
  /** Where a missing target volume is created; a linear one when undefined. */
  readonly targetThinPool: string | undefined;
  readonly growTarget: boolean;
  /** Of the target's host: a path, or a name for the search path. */
  readonly targetLvmProgramPath: string;
  /** Write although the target device is mounted or otherwise in use. */
  readonly allowTargetInUse: boolean;
  /** It is meant that the source shows plain text and the target is on another machine. */
  readonly allowPlaintext: boolean;
  /** Compare source and target once more when all is written. */
  readonly verifyAfter: boolean;
  readonly bandwidthLimitBytesPerSecond: number | undefined;
  /** 0 means never. */
  readonly stallTimeoutMs: number;
  /** Folder on this machine for locks and what must outlive a run. */
  readonly stateDir: string;
  /** How old the last success may be before that is a warning, or critical; for ever when undefined. */
  readonly warnAfterMs: number | undefined;
  readonly critAfterMs: number | undefined;
  /** Written after each run, with the figures of all tasks that name it. */
  readonly metricsFile: string | undefined;
  readonly lvmSnapshot: LvmSnapshotConfig | undefined;
  readonly notify: NotifyConfig;
}

export interface LvmSnapshotConfig {
  /** lvcreate's size, `5G` or `10%ORIGIN`; undefined fits a thin origin only. */
  readonly size: string | undefined;
  readonly name: string;
  readonly programPath: string;
  /** When it is as full as the threshold, it gets a step more, both in percent of its size at that time; or never. */
  readonly autoextend: {readonly thresholdPercent: number; readonly stepPercent: number} | undefined;
  readonly hooks: SnapshotHooks | undefined;
}

/** Commands around the moment of the snapshot; there is at least one. */
export interface SnapshotHooks {
  readonly before: readonly string[] | undefined;
  readonly after: readonly string[] | undefined;
  /** For each, and for what is between them; 0 means never. */
  readonly timeoutMs: number;
}

/** bdsync_args and the keys that stand for one of them, understood once; each role is handed only the options that it accepts. */
export interface BdsyncArgs {
  readonly blockBytes: number | undefined;
  readonly hash: string | undefined;
  readonly checksum: string | undefined;
  readonly twoPass: boolean;
  readonly fixedSalt: boolean;
  /** As written after `--diffsize`: `''` for the bare option, undefined when it is not there. */
  readonly diffSize: string | undefined;
  readonly zeroBlocks: boolean;
  readonly warnDevice: boolean;
  readonly flushCache: boolean;
  readonly verbose: number;
}
