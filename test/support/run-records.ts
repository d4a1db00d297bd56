import type {EndedRecord, RecordedFigures, StartedRecord} from '#dist/tasks/history/run-record.js';

/** As an earlier version wrote them, without what was copied. */
const BASE = {
  task: 'home',
  origin: '/etc/bdsync-manager.conf',
  purpose: 'run',
  version: '0.5.0',
  source: undefined,
  target: undefined,
} as const;

export const FIGURES: RecordedFigures = {
  flow: 'patch-file',
  sourceBytes: 4_294_967_296,
  targetBytes: 4_294_967_296,
  differingBlocks: 1234,
  differingBytes: 5_054_464,
  patchBytes: 5_072_213,
  digestBytes: 33_000_000,
  sentBytes: 5_100_000,
  receivedBytes: 33_554_432,
  timesMs: {generate: 12_345, transfer: 2000, apply: 812, total: 15_500},
  snapshotFill: {usedPercent: 12.5, usedBytes: 1000, roomBytes: 8000, extensions: 1},
  proof: {kind: 'sealed', readBack: 'direct'},
};

/** The start of a run, by a process that is gone unless `changes` say otherwise. */
export function startedRecord(run: string, changes: Partial<StartedRecord> = {}): StartedRecord {
  const process = {pid: 1, startTicks: 1, bootId: 'another'};
  return {...BASE, kind: 'started', run, startedAt: '2026-11-20T02:00:00.000Z', process, ...changes};
}

/** The end of a run; one that brought the target in step, unless `changes` say otherwise. */
export function endedRecord(run: string, changes: Partial<EndedRecord> = {}): EndedRecord {
  return {
    ...BASE,
    kind: 'ended',
    run,
    startedAt: '2026-11-20T02:00:00.000Z',
    endedAt: '2026-11-20T02:00:15.500Z',
    durationMs: 15_500,
    outcome: 'synced',
    figures: FIGURES,
    verification: undefined,
    failure: undefined,
    notes: [],
    ...changes,
  };
}

/** The end of a run that failed. */
export function failedRecord(run: string, changes: Partial<EndedRecord> = {}): EndedRecord {
  return endedRecord(run, {
    outcome: 'failed',
    figures: undefined,
    failure: {
      code: 'connection-refused',
      message: 'store does not answer',
      stage: 'check target',
      hint: 'is it on?',
      target: {host: 'ssh store', path: '/srv/home.img', state: 'untouched'},
    },
    ...changes,
  });
}
