import type {TaskStatus} from '#dist/tasks/status/status-report.js';

/** A task that is fine. */
export function taskStatus(task: string, changes: Partial<TaskStatus> = {}): TaskStatus {
  return {
    task,
    level: 'ok',
    problems: [],
    disabled: false,
    underWaySince: undefined,
    lastSuccess: {
      endedAt: '2026-11-21T02:00:00.000Z',
      ageMs: 8 * 3_600_000,
      durationMs: 15_500,
      sourceBytes: 4_294_967_296,
      differingBytes: 5_054_464,
      sentBytes: 5_100_000,
      receivedBytes: 33_554_432,
    },
    lastVerified: undefined,
    lastRun: {
      purpose: 'run',
      outcome: 'synced',
      startedAt: '2026-11-21T01:59:44.500Z',
      endedAt: '2026-11-21T02:00:00.000Z',
      durationMs: 15_500,
      failure: undefined,
    },
    trend: [0, 100_000, 9_000_000, 4_000_000],
    warnAfterMs: undefined,
    critAfterMs: undefined,
    ...changes,
  };
}
