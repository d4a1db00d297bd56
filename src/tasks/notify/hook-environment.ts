import {plainLines} from '../../plain-text.js';
import type {TaskReport} from '../report.js';

/** What happened to a task. */
export type TaskEvent = 'start' | 'success' | 'failure' | 'change';

/** What is known of a task whatever becomes of it; the two ends are not, where its configuration is at fault. */
export interface KnownTask {
  readonly name: string;
  readonly configFile: string | undefined;
  readonly sourcePath: string | undefined;
  readonly targetPath: string | undefined;
}

/** The kernel takes 128 KiB for a variable; who wants more reads the report. */
const MAX_CHARACTERS = 4000;

/**
 * The main figures of a task as variables for a command, `report` undefined for one that begins. All of them are there
 * always, empty where there is nothing to tell, so that what another run set is not taken for this one's.
 */
export function hookEnvironment(
  event: TaskEvent,
  {name, configFile, sourcePath, targetPath}: KnownTask,
  report: TaskReport | undefined,
): Record<string, string> {
  const failure = report?.state === 'failed' ? report.failure : undefined;
  const figures = report?.state === 'synced' ? report.figures : undefined;
  const values = {
    BDSYNC_EVENT: event,
    BDSYNC_TASK: name,
    BDSYNC_CONFIG: configFile,
    BDSYNC_SOURCE: sourcePath,
    BDSYNC_TARGET: targetPath,
    BDSYNC_STATE: report === undefined ? 'started' : report.state,
    BDSYNC_CODE: failure?.code,
    BDSYNC_FAILED_STAGE: failure?.stage,
    BDSYNC_MESSAGE: failure?.message,
    BDSYNC_HINT: failure?.hint,
    BDSYNC_TARGET_STATE: failure?.target?.state,
    BDSYNC_SOURCE_BYTES: figures?.sourceBytes,
    BDSYNC_DIFFERING_BYTES: figures?.differingBytes,
    BDSYNC_PATCH_BYTES: figures?.patchBytes,
    BDSYNC_SENT_BYTES: figures?.sentBytes,
    BDSYNC_RECEIVED_BYTES: figures?.receivedBytes,
    BDSYNC_DURATION_MS: report && durationMs(report),
  };
  return Object.fromEntries(Object.entries(values).map(([variable, value]) => [variable, variableText(value)]));
}

/** By the clock where nothing better was measured; it may have been set back meanwhile. */
function durationMs(report: TaskReport): number {
  if (report.state === 'synced') return Math.round(report.figures.timesMs.total);
  return Math.max(0, Date.parse(report.endedAt) - Date.parse(report.startedAt));
}

function variableText(value: string | number | undefined): string {
  const text = plainLines(String(value ?? ''), '');
  return text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)} …` : text;
}
