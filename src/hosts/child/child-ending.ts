import type {ChildProcess} from 'node:child_process';
import {asError} from '../../errors.js';
import type {ChildEnd} from '../host.js';

/** All endings of a child race here; the first one is its ending for good. */
export class ChildEnding {
  /** Never rejects. */
  readonly first: Promise<ChildEnd>;
  /** The process is gone, whatever ended it; also after a start that failed. */
  readonly gone: Promise<void>;
  #settle: (end: ChildEnd) => void = () => {};

  /** `result` is what the start promised; it tells of a start that failed at once. */
  constructor(
    subprocess: ChildProcess,
    result: PromiseLike<{readonly cause?: unknown}>,
    signal: AbortSignal | undefined,
  ) {
    this.first = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.gone = new Promise((resolve) => {
      subprocess.once('exit', (status, signalName) => {
        this.#settle(
          status === null ? {kind: 'signal', signal: signalName ?? 'unknown signal'} : {kind: 'exit', status},
        );
        resolve();
      });
      // A start fails in an event (ENOENT) or, for what spawn() itself refuses (E2BIG), in the result alone.
      const failed = (cause: unknown): void => {
        if (subprocess.pid !== undefined) return;
        this.#settle({kind: 'spawn-error', error: asError(cause)});
        resolve();
      };
      subprocess.on('error', failed);
      void result.then(({cause}) => failed(cause), failed);
    });
    const abort = (): void => this.#settle({kind: 'aborted'});
    signal?.addEventListener('abort', abort, {once: true});
    void this.first.then(() => signal?.removeEventListener('abort', abort));
  }

  /** Ends the race for a process that does not go although it was told to. */
  giveUp(): void {
    this.#settle({kind: 'aborted'});
  }
}

/** `ended with status 1`: goes after the name of what ended. */
export function endText(end: ChildEnd): string {
  switch (end.kind) {
    case 'exit':
      return `ended with status ${end.status}`;
    case 'signal':
      return `was ended by ${end.signal}`;
    case 'spawn-error':
      return 'could not be started';
    case 'aborted':
      return 'was told to stop';
    default:
      return end satisfies never;
  }
}
