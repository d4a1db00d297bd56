import {plainText} from '../../plain-text.js';
import type {RunEvent} from '../../tasks/events.js';

/** Sends assignments of sd_notify(3), such as `STATUS=…`; false when there is no way to send any. */
export type Notify = (assignments: readonly string[]) => Promise<boolean>;

export interface ServiceManagerOptions {
  readonly notify: Notify;
  /** How often it wants to hear that we live. */
  readonly watchdogMs: number | undefined;
}

/** Tells systemd what a run is at: `systemctl status` shows it. Of what has not been sent, the newest is enough. */
export class ServiceManager implements AsyncDisposable {
  readonly #notify: Notify;
  readonly #tellsOfSeveral: boolean;
  readonly #watchdog: NodeJS.Timeout | undefined;
  #unsent: readonly string[] | undefined;
  #sending: Promise<void> | undefined;
  #isDeaf = false;
  /** With their numbers. */
  readonly #running = new Map<string, number>();
  #total = 0;

  /** `tellsOfSeveral`: tasks are run at once. */
  constructor({notify, watchdogMs}: ServiceManagerOptions, tellsOfSeveral = false) {
    this.#notify = notify;
    this.#tellsOfSeveral = tellsOfSeveral;
    if (watchdogMs === undefined) return;
    this.#watchdog = setInterval(() => this.#send(['WATCHDOG=1']), watchdogMs);
    this.#watchdog.unref();
  }

  onEvent(event: RunEvent): void {
    if (event.kind === 'task-started') {
      // One after the other, the last one that began is what the run is at.
      if (!this.#tellsOfSeveral) this.#running.clear();
      this.#running.set(event.task, event.index + 1);
      this.#total = event.total;
      this.#tellStatus();
    } else if (event.kind === 'task-ended' && this.#tellsOfSeveral) {
      this.#running.delete(event.report.task);
      if (this.#running.size > 0) this.#tellStatus();
    }
  }

  stopping(): void {
    this.#send(['STOPPING=1', 'STATUS=stopping']);
  }

  /** What was told last has arrived then, or cannot. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#sending;
  }

  /** A service of Type=notify has begun by then. */
  #tellStatus(): void {
    const numbers = [...this.#running.values()].join(', ');
    const names = [...this.#running.keys()].map(plainText).join(', ');
    const tasks = this.#running.size === 1 ? 'task' : 'tasks';
    this.#send(['READY=1', `STATUS=${tasks} ${numbers} of ${this.#total}: ${names}`]);
  }

  #send(assignments: readonly string[]): void {
    if (this.#isDeaf) return;
    // A sign of life says less than what waits already.
    if (this.#unsent === undefined || assignments[0] !== 'WATCHDOG=1') this.#unsent = assignments;
    this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    while (this.#unsent !== undefined && !this.#isDeaf) {
      const assignments = this.#unsent;
      this.#unsent = undefined;
      this.#isDeaf = !(await this.#notify(assignments));
    }
    this.#sending = undefined;
  }
}
