import {fileURLToPath} from 'node:url';
import type {DiffOptions} from '../bdsync/client.js';
import type {SizePolicy} from '../bdsync/size-policy.js';
import {packageFile} from '../package-file.js';
import {clientArguments, diffOptions, patchArguments, serverArguments, sizePolicy} from './config/bdsync-args.js';
import type {NotifyConfig} from './config/notify-config.js';
import type {LvmSnapshotConfig, TaskConfig} from './config/task-config.js';
import type {SnapshotPlanSummary, TaskPlanSummary} from './report.js';

/** What one run of a task will do: plain data, made without a look at any disk or host. */
export interface TaskPlan {
  readonly task: string;
  readonly sourcePath: string;
  readonly target: TargetAddress;
  readonly flow: {readonly kind: 'in-place'} | {readonly kind: 'patch-file'; readonly patchDir: string};
  readonly client:
    | {readonly kind: 'built-in'; readonly options: DiffOptions}
    | {
        readonly kind: 'native';
        readonly program: string;
        readonly arguments: readonly string[];
        /** What the built-in engine would compare with. */
        readonly options: DiffOptions;
      };
  /** Starts bdsync on the target's host. */
  readonly targetProgram: readonly string[];
  readonly serverArguments: readonly string[];
  readonly patchArguments: readonly string[];
  readonly sizePolicy: SizePolicy;
  readonly createTarget: boolean;
  /** Where a missing volume is created; a linear one when undefined. */
  readonly targetThinPool: string | undefined;
  readonly growTarget: boolean;
  /** Compare once more when all is written. */
  readonly verifyAfter: boolean;
  /** Of the target's host: a path, or a name for the search path. */
  readonly targetLvmProgram: string;
  readonly allowTargetInUse: boolean;
  readonly allowPlaintext: boolean;
  /** bdsync_args has --zeroblocks. */
  readonly zeroBlocks: boolean;
  readonly bandwidthLimitBytesPerSecond: number | undefined;
  /** 0: never. */
  readonly stallTimeoutMs: number;
  readonly stateDir: string;
  readonly snapshot: LvmSnapshotConfig | undefined;
  readonly notify: NotifyConfig;
}

export interface TargetAddress {
  /** Words that reach the host; empty: this machine. */
  readonly connection: readonly string[];
  readonly quoting: 'auto' | 'shell' | 'none';
  readonly path: string;
}

const OWN_PROGRAM = [process.execPath, fileURLToPath(packageFile('bin/bdsync.cjs'))];

export function planTask(config: TaskConfig): TaskPlan {
  return {
    task: config.name,
    sourcePath: config.sourcePath,
    target: {
      connection: config.connectionCommand,
      quoting: config.connectionQuoting,
      path: config.targetPath,
    },
    flow:
      config.applyPatchInPlace || config.targetPatchDir === undefined
        ? {kind: 'in-place'}
        : {kind: 'patch-file', patchDir: config.targetPatchDir},
    client: planClient(config),
    targetProgram: planTargetProgram(config),
    serverArguments: serverArguments(config.bdsyncArgs),
    patchArguments: patchArguments(config.bdsyncArgs),
    sizePolicy: sizePolicy(config.bdsyncArgs),
    createTarget: config.createTargetIfMissing,
    targetThinPool: config.targetThinPool,
    growTarget: config.growTarget,
    verifyAfter: config.verifyAfter,
    targetLvmProgram: config.targetLvmProgramPath,
    allowTargetInUse: config.allowTargetInUse,
    allowPlaintext: config.allowPlaintext,
    zeroBlocks: config.bdsyncArgs.zeroBlocks,
    bandwidthLimitBytesPerSecond: config.bandwidthLimitBytesPerSecond,
    stallTimeoutMs: config.stallTimeoutMs,
    stateDir: config.stateDir,
    snapshot: config.lvmSnapshot,
    notify: config.notify,
  };
}

function planClient(config: TaskConfig): TaskPlan['client'] {
  const args = config.bdsyncArgs;
  const options = {...diffOptions(args), adaptsPasses: mayAdaptPasses(config)};
  if (config.localBdsyncBin === undefined) return {kind: 'built-in', options};
  return {kind: 'native', program: config.localBdsyncBin, arguments: clientArguments(args), options};
}

/** Digests of larger blocks are too few to save any. */
const MAX_ADAPTING_BLOCK_BYTES = 1_048_576;

/** Two passes where they mean less traffic; not where a checksum would become another one by that. */
function mayAdaptPasses({connectionCommand, bdsyncArgs}: TaskConfig): boolean {
  const {blockBytes = 0, checksum, twoPass} = bdsyncArgs;
  return connectionCommand.length > 0 && checksum === undefined && !twoPass && blockBytes <= MAX_ADAPTING_BLOCK_BYTES;
}

function planTargetProgram(config: TaskConfig): readonly string[] {
  if (config.connectionCommand.length > 0) return [config.remoteBdsyncBin];
  return config.localBdsyncBin === undefined ? OWN_PROGRAM : [config.localBdsyncBin];
}

/** What a plan becomes when its local_bdsync_bin is a bdsync of ours: all that would be done with it, we do ourselves. */
export function planWithBuiltIn(plan: TaskPlan): TaskPlan {
  const {options} = plan.client;
  const targetProgram = plan.target.connection.length > 0 ? plan.targetProgram : OWN_PROGRAM;
  return {...plan, client: {kind: 'built-in', options}, targetProgram};
}

/** A plan that leaves alone by how much the target is larger than the source, without a word about it. */
export function planForLargerTarget(plan: TaskPlan): TaskPlan {
  const sizePolicy: SizePolicy = {mode: 'minsize', warn: false};
  const {client} = plan;
  const options = {...client.options, sizePolicy};
  return {
    ...plan,
    sizePolicy,
    client:
      client.kind === 'native' ? {...client, options, arguments: withMinsize(client.arguments)} : {...client, options},
    patchArguments: withMinsize(plan.patchArguments),
  };
}

/**
 * A plan that reads both ends past the page cache where the built-in engine does that: it may show what an interrupted
 * run wrote, and what never came to the medium.
 */
export function planPastPageCache(plan: TaskPlan): TaskPlan {
  const {client} = plan;
  if (client.kind === 'native') return plan;
  return {...plan, client: {...client, options: {...client.options, flushCache: true}}};
}

function withMinsize(words: readonly string[]): string[] {
  return [...words.filter((word) => !word.startsWith('--diffsize')), '--diffsize=minsize'];
}

/** Whether bdsync on the target's host is known to be ours without asking it. */
export function usesOwnTargetProgram(plan: TaskPlan): boolean {
  return plan.target.connection.length === 0 && plan.client.kind === 'built-in';
}

export function summarizePlan(plan: TaskPlan, hostName: string): TaskPlanSummary {
  return {
    task: plan.task,
    source: plan.sourcePath,
    target: {host: hostName, path: plan.target.path},
    flow: plan.flow.kind,
    patchDir: plan.flow.kind === 'patch-file' ? plan.flow.patchDir : undefined,
    client: plan.client.kind === 'native' ? plan.client.program : 'built-in engine',
    targetProgram: usesOwnTargetProgram(plan) ? 'built-in engine' : plan.targetProgram.join(' '),
    createTarget: plan.createTarget,
    growTarget: plan.growTarget,
    verifyAfter: plan.verifyAfter,
    snapshot: plan.snapshot && summarizeSnapshot(plan.snapshot),
    beforeSnapshot: plan.snapshot?.hooks?.before,
    afterSnapshot: plan.snapshot?.hooks?.after,
    onStart: plan.notify.hooks.start,
    onSuccess: plan.notify.hooks.success,
    onFailure: plan.notify.hooks.failure,
    onChange: plan.notify.hooks.change,
    pingHost: plan.notify.ping?.host,
    mailTo: plan.notify.mail?.to,
    bandwidthLimitBytesPerSecond: plan.bandwidthLimitBytesPerSecond,
  };
}

function summarizeSnapshot({name, size, autoextend}: LvmSnapshotConfig): SnapshotPlanSummary {
  return {name, size, autoextend};
}
