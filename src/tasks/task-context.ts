import type {Host} from '../hosts/host.js';
import type {TrafficMeter} from '../hosts/traffic-meter.js';
import type {LogLevel} from '../log.js';
import type {OnRunEvent} from './events.js';
import type {FarEnd} from './ends/far-end.js';
import type {TaskPlan} from './plan.js';
import type {Stage, TargetLeftState} from './report.js';
import type {Watchdog} from './watch/watchdog.js';

/** What the steps of one task's run share. */
export interface TaskContext {
  readonly plan: TaskPlan;
  readonly host: Host;
  readonly farEnd: FarEnd;
  readonly meter: TrafficMeter;
  readonly watchdog: Watchdog;
  /** Aborts on a signal, a stall, or a lost hold; its reason is the error to tell. */
  readonly signal: AbortSignal;
  readonly teller: Teller;
}

/** Tells what happens in one task, and remembers for its report how far it came. */
export class Teller {
  readonly #task: string;
  readonly #onEvent: OnRunEvent;
  readonly notes: string[] = [];
  stage: Stage = 'lock';
  targetState: TargetLeftState = 'untouched';
  /** How far the comparison is, 0 to 1; undefined as long as nobody told. */
  comparedShare: number | undefined;

  constructor(task: string, onEvent: OnRunEvent) {
    this.#task = task;
    this.#onEvent = onEvent;
  }

  enter(stage: Stage): void {
    this.stage = stage;
    this.#onEvent({kind: 'stage', task: this.#task, stage});
  }

  log(level: LogLevel, message: string): void {
    this.#onEvent({kind: 'log', task: this.#task, level, message});
  }

  /** What is told meanwhile is shown later. */
  quiet(isQuiet: boolean): void {
    this.#onEvent({kind: 'quiet', isQuiet});
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** What keeps nobody from the work, and is to be mended all the same: at once, and in the report. */
  warn({message, hint}: {readonly message: string; readonly hint: string}): void {
    const text = `${message} (${hint})`;
    this.log('warning', text);
    this.note(text);
  }

  progress(meter: TrafficMeter, doneBytes: number, totalBytes: number, patchBytes: number): void {
    const {sentBytes, receivedBytes} = meter;
    if (this.stage === 'generate' && totalBytes > 0) this.comparedShare = doneBytes / totalBytes;
    const progress = {stage: this.stage, doneBytes, totalBytes, patchBytes, sentBytes, receivedBytes};
    this.#onEvent({kind: 'progress', task: this.#task, progress});
  }
}
