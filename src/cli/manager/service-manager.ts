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
  readonly #watchdog: NodeJS.Timeout | undefined;
  #unsent: readonly string[] | undefined;
  #sending: Promise<void> | undefined;
  #isDeaf = false;

  constructor({notify, watchdogMs}: ServiceManagerOptions) {
    this.#notify = notify;
    if (watchdogMs === undefined) return;
    this.#watchdog = setInterval(() => this.#send(['WATCHDOG=1']), watchdogMs);
    this.#watchdog.unref();
  }

  onEvent(event: RunEvent): void {
    if (event.kind !== 'task-started') return;
    const status = `task ${event.index + 1} of ${event.total}: ${plainText(event.task)}`;
    // A service of Type=notify has begun by then.
    this.#send(['READY=1', `STATUS=${status}`]);
  }

  stopping(): void {
    this.#send(['STOPPING=1', 'STATUS=stopping']);
  }

  /** What was told last has arrived then, or cannot. */
  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#watchdog);
    await this.#sending;
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
