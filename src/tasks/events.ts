import type {LogLevel} from '../log.js';
import type {Stage, TaskReport} from './report.js';

/** What a run tells while it goes on; src/cli turns it into log lines and a progress display. */
export type RunEvent =
  | {readonly kind: 'task-started'; readonly task: string; readonly index: number; readonly total: number}
  | {readonly kind: 'stage'; readonly task: string; readonly stage: Stage}
  | {readonly kind: 'progress'; readonly task: string; readonly progress: TaskProgress}
  | {readonly kind: 'log'; readonly task: string | undefined; readonly level: LogLevel; readonly message: string}
  /** While it is quiet, nothing may be written anywhere: file systems may be frozen. */
  | {readonly kind: 'quiet'; readonly isQuiet: boolean}
  | {readonly kind: 'task-ended'; readonly report: TaskReport};

export interface TaskProgress {
  readonly stage: Stage;
  /** Position within `totalBytes`, of the comparison or of the patch that is applied. */
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly patchBytes: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

export type OnRunEvent = (event: RunEvent) => void;
