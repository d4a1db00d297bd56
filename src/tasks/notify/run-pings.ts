import {plainLines} from '../../plain-text.js';
import type {NotifyConfig} from '../config/notify-config.js';
import type {PingUrl} from '../config/ping-url.js';
import {formatFailure} from '../failure-text.js';
import type {TaskReport} from '../report.js';
import type {TaskError} from '../task-error.js';
import {ping, type PingLimits} from './ping.js';

type PingedTask = {readonly name: string; readonly notify: Pick<NotifyConfig, 'ping'>};

/** Tasks with one address, which are told of as one: who asks for one word per night gets one, and not the last one. */
interface Round {
  readonly url: PingUrl;
  /** Those that have not ended. */
  readonly waiting: Set<string>;
  start: Promise<TaskError | undefined> | undefined;
  readonly failures: string[];
  /** What did not run at all. */
  readonly skipped: string[];
}

/** The pings of one run. */
export class RunPings {
  readonly #rounds = new Map<string, Round>();
  readonly #roundOf = new Map<string, Round>();
  readonly #signal: AbortSignal;
  readonly #limits: PingLimits | undefined;

  constructor(tasks: readonly PingedTask[], signal: AbortSignal, limits?: PingLimits) {
    this.#signal = signal;
    this.#limits = limits;
    for (const {name, notify} of tasks) {
      const {ping: url} = notify;
      if (url === undefined) continue;
      const key = url.reveal().href;
      const fresh: Round = {url, waiting: new Set(), start: undefined, failures: [], skipped: []};
      const round = this.#rounds.get(key) ?? fresh;
      this.#rounds.set(key, round);
      this.#roundOf.set(name, round);
      round.waiting.add(name);
    }
  }

  /** Tells of the first of the tasks with this address; nobody waits for that. */
  started(task: string): void {
    const round = this.#roundOf.get(task);
    if (round) round.start ??= this.#ping(round.url, 'start');
  }

  /** Tells how it went when the last of the tasks with this address has ended. Resolves with what could not be told. */
  async ended(report: TaskReport): Promise<TaskError[]> {
    const round = this.#roundOf.get(report.task);
    if (round === undefined) return [];
    round.waiting.delete(report.task);
    if (report.state === 'failed') round.failures.push(`${report.task}: ${formatFailure(report.failure)}`);
    if (report.state === 'skipped') round.skipped.push(`${report.task}: skipped: ${report.reason}`);
    if (round.waiting.size > 0) return [];
    const told = await this.#tellEnd(round);
    return [await round.start, told].filter((failure) => failure !== undefined);
  }

  async #tellEnd({url, start, failures, skipped}: Round): Promise<TaskError | undefined> {
    // In the order in which it happened.
    await start;
    if (failures.length === 0 && skipped.length === 0) return await this.#ping(url, 'success');
    if (start === undefined && failures.length === 0) return undefined;
    return await this.#ping(url, 'fail', plainLines([...failures, ...skipped].join('\n\n'), ''));
  }

  async #ping(url: PingUrl, event: 'start' | 'success' | 'fail', body?: string): Promise<TaskError | undefined> {
    const [signal, limits] = [this.#signal, this.#limits];
    return await ping(url, event, {signal, ...(body === undefined ? {} : {body}), ...(limits ? {limits} : {})});
  }
}
