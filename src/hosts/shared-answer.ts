import {HostError} from './host-error.js';

/** An answer that several may want at the same time, and that one of them asks for. */
export class SharedAnswer<Answer> {
  #asked: Promise<Answer> | undefined;

  /**
   * Asks, unless that was done, or is being done; after a failure it is done anew. Who waits for what another asked hears
   * its own signal, and goes on when the other's ended the question.
   *
   * @throws HostError 'cancelled' when our signal ended it; what `ask` throws.
   */
  async get(ask: () => Promise<Answer>, describe: string, signal?: AbortSignal): Promise<Answer> {
    for (;;) {
      if (this.#asked === undefined) return await this.#ask(ask);
      try {
        return await unlessStopped(this.#asked, describe, signal);
      } catch (error) {
        const isOthersStop = error instanceof HostError && error.code === 'cancelled' && !signal?.aborted;
        if (!isOthersStop) throw error;
      }
    }
  }

  async #ask(ask: () => Promise<Answer>): Promise<Answer> {
    this.#asked = ask().catch((error: unknown) => {
      // Before anybody hears of it, who may want to ask anew.
      this.#asked = undefined;
      throw error;
    });
    return await this.#asked;
  }
}

/** The question goes on: it is another's. */
async function unlessStopped<Answer>(asked: Promise<Answer>, describe: string, signal?: AbortSignal): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const stop = (): void => reject(new HostError('cancelled', `${describe} was not waited for: we were told to stop`));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, {once: true});
    void asked.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });
}
