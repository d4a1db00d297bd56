import type {
  PatchRoomReport,
  RunReport,
  TaskFailure,
  TaskFigures,
  TaskPlanSummary,
  TaskReport,
} from '#dist/tasks/report.js';

const BASE = {
  startedAt: '2024-05-01T02:00:00.000Z',
  endedAt: '2024-05-01T02:00:15.500Z',
  notes: [],
  snapshotSet: undefined,
  verification: undefined,
};

export function figures(changes: Partial<TaskFigures> = {}): TaskFigures {
  return {
    flow: 'patch-file',
    sourceBytes: 4 * 1024 ** 3,
    targetBytes: 4 * 1024 ** 3,
    differingBlocks: 1234,
    differingBytes: 5_054_464,
    patchBytes: 5_072_213,
    sentBytes: 5_100_000,
    receivedBytes: 33_554_432,
    digestBytes: 33_000_000,
    snapshotFill: undefined,
    proof: {kind: 'sealed', readBack: 'direct'},
    timesMs: {generate: 12_345.678, transfer: 2000, apply: 812.5, verify: undefined, total: 15_500},
    ...changes,
  };
}

export function syncedTask(task: string, changes: Partial<TaskFigures> = {}, notes: string[] = []): TaskReport {
  return {...BASE, task, notes, state: 'synced', figures: figures(changes)};
}

export function plannedTask(
  task: string,
  changes: Partial<TaskPlanSummary> = {},
  measured?: TaskFigures,
  patchRoom?: PatchRoomReport,
): TaskReport {
  const plan: TaskPlanSummary = {
    task,
    source: '/dev/vg0/home',
    target: {host: 'ssh backup@store', path: 'home.img'},
    flow: 'in-place',
    patchDir: undefined,
    client: 'built-in engine',
    targetProgram: 'bdsync',
    createTarget: false,
    growTarget: false,
    verifyAfter: false,
    snapshot: undefined,
    beforeSnapshot: undefined,
    afterSnapshot: undefined,
    onStart: undefined,
    onSuccess: undefined,
    onFailure: undefined,
    onChange: undefined,
    pingHost: undefined,
    mailTo: undefined,
    bandwidthLimitBytesPerSecond: undefined,
    ...changes,
  };
  return {...BASE, task, state: 'planned', plan, figures: measured, patchRoom};
}

export function skippedTask(task: string, reason: string): TaskReport {
  return {...BASE, task, state: 'skipped', reason};
}

export function failure(changes: Partial<TaskFailure> = {}): TaskFailure {
  return {
    code: 'command-not-found',
    message: "no program 'bdsync' on ssh backup@store",
    stage: 'generate',
    hint: 'install bdsync there, or set remote_bdsync_bin',
    errorLines: ['bash: line 1: bdsync: command not found'],
    cleanUpFailures: [],
    cancelled: false,
    target: undefined,
    ...changes,
  };
}

export function failedTask(task: string, changes: Partial<TaskFailure> = {}): TaskReport {
  return {...BASE, task, state: 'failed', failure: failure(changes)};
}

export function runReport(tasks: readonly TaskReport[], changes: Partial<RunReport> = {}): RunReport {
  return {
    version: '0.5.0',
    configFile: '/etc/bdsync-manager.conf',
    dryRun: false,
    startedAt: BASE.startedAt,
    endedAt: BASE.endedAt,
    tasks,
    ...changes,
  };
}
