import {Worker} from 'node:worker_threads';

/**
 * Threads for jobs, started before it is known what the jobs have in common: to load their code takes them longer than
 * a greeting takes the peers. Who takes a thread ends it; those that nobody took end with the crew.
 */
export class WorkerCrew implements AsyncDisposable {
  readonly #workers: Worker[];

  constructor(count: number) {
    this.#workers = Array.from({length: count}, startWorker);
  }

  /** One of those that are left, or else a new one. */
  take(): Worker {
    return this.#workers.pop() ?? startWorker();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
  }
}

function startWorker(): Worker {
  return new Worker(new URL('./block-worker.js', import.meta.url));
}
