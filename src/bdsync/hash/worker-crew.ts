import {Worker} from 'node:worker_threads';
import {packageFile} from '../../package-file.js';

const BLOCK_WORKER = packageFile('dist/programs/block-worker.js');

/**
 * Threads for jobs, started before it is known what the jobs have in common: to load their code takes them longer than
 * a greeting takes the peers. Who takes a thread ends it; those that nobody took end with the crew.
 */
export class WorkerCrew implements AsyncDisposable {
  readonly #code: URL;
  readonly #workers: Set<Worker>;

  constructor(count: number, code = BLOCK_WORKER) {
    this.#code = code;
    this.#workers = new Set(Array.from({length: count}, () => this.#startSpare()));
  }

  /** One of those that are left, or else a new one. */
  take(): Worker {
    const [spare] = this.#workers;
    if (!spare) return new Worker(this.#code);
    this.#workers.delete(spare);
    return spare;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const spares = [...this.#workers];
    this.#workers.clear();
    await Promise.all(spares.map((worker) => worker.terminate()));
  }

  /** One that ends while it waits is none to take: the next one that is started instead will tell why. */
  #startSpare(): Worker {
    const worker = new Worker(this.#code);
    const forget = (): void => void this.#workers.delete(worker);
    return worker.on('error', forget).on('exit', forget);
  }
}
