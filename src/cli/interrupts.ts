import {ExpectedError} from '../errors.js';

/** A signal told the program to stop. */
export class Interruption extends ExpectedError<'cancelled'> {
  constructor(readonly signalName: NodeJS.Signals) {
    super('cancelled', `stopped by ${signalName}`);
  }
}

/** Where signals come from; `process` fits. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  off(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
}

export interface InterruptOptions {
  readonly source: SignalSource;
  readonly onNotice: (message: string) => void;
  /** The run is to go on when its terminal goes away; see isHangupIgnored. */
  readonly ignoresHangup: boolean;
  /** Ends the program at once, without waiting for anything. */
  readonly endAtOnce: () => void;
}

const STOPPING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into an abort. While the run then cleans up, one more SIGINT is answered
 * with a notice, and another one ends the program at once.
 */
export class Interrupts implements Disposable {
  readonly #controller = new AbortController();
  readonly #options: InterruptOptions;
  #furtherInterrupts = 0;

  constructor(options: InterruptOptions) {
    this.#options = options;
    for (const name of STOPPING) options.source.on(name, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    for (const name of STOPPING) this.#options.source.off(name, this.#onSignal);
  }

  readonly #onSignal = (name: NodeJS.Signals): void => {
    const {onNotice, endAtOnce, ignoresHangup} = this.#options;
    // Listened to all the same: without a listener, the signal would end the program.
    if (name === 'SIGHUP' && ignoresHangup) return;
    if (!this.signal.aborted) {
      onNotice(`${name}: stopping; what was started is ended and cleaned up`);
      this.#controller.abort(new Interruption(name));
      return;
    }
    if (name !== 'SIGINT') return;
    this.#furtherInterrupts += 1;
    if (this.#furtherInterrupts === 1) onNotice('clean-up is under way; one more interrupt ends without it');
    else endAtOnce();
  };
}
