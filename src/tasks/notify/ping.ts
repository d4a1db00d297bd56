import {setTimeout as sleep} from 'node:timers/promises';
import {plainText} from '../../plain-text.js';
import type {PingUrl} from '../config/ping-url.js';
import {TaskError} from '../task-error.js';
import {exchange, ExchangeFailure} from './http-exchange.js';

export type PingEvent = 'start' | 'success' | 'fail';

export interface PingLimits {
  /** Before each try but the first one. */
  readonly pausesMs: readonly number[];
  /** For one try, redirects included. */
  readonly tryMs: number;
}

const LIMITS: PingLimits = {pausesMs: [1000, 3000], tryMs: 10_000};
/** What healthchecks keeps of it has a limit, too. */
const MAX_BODY_BYTES = 10_000;

/**
 * Tells a monitor by the convention of healthchecks: `URL/start`, `URL`, `URL/fail`, the last one with what failed.
 * Never throws for what becomes of that; resolves with why nobody was told, naming the host alone.
 */
export async function ping(
  url: PingUrl,
  event: PingEvent,
  {body, signal, limits = LIMITS}: {readonly body?: string; readonly signal: AbortSignal; readonly limits?: PingLimits},
): Promise<TaskError | undefined> {
  const address = addressOf(url, event);
  const content = body === undefined ? undefined : beginningOf(body, MAX_BODY_BYTES);
  let failure: ExchangeFailure | undefined;
  for (const pauseMs of [0, ...limits.pausesMs]) {
    await sleep(pauseMs, undefined, {signal}).catch(() => {});
    if (signal.aborted) {
      failure ??= new ExchangeFailure(`${url.host} was not asked: the run was told to stop`, false);
      break;
    }
    failure = await tryFor(limits.tryMs, signal, (either) => tryOnce(address, content, either));
    if (failure === undefined) return undefined;
    if (!failure.mayPass) break;
  }
  return new TaskError('ping-failed', `ping_url: the ${WORDS[event]} was not told: ${failure?.message ?? ''}`);
}

const WORDS: Readonly<Record<PingEvent, string>> = {start: 'start', success: 'success', fail: 'failure'};

function addressOf(url: PingUrl, event: PingEvent): URL {
  const address = url.reveal();
  if (event !== 'success') address.pathname = `${address.pathname.replace(/\/+$/, '')}/${event}`;
  return address;
}

/** Runs one try with a signal that also aborts when it takes too long. */
async function tryFor<Result>(
  timeoutMs: number,
  signal: AbortSignal,
  once: (either: AbortSignal) => Promise<Result>,
): Promise<Result> {
  // What AbortSignal.any makes of a time-out may be collected as garbage before it aborts, in some versions of Node.
  const either = new AbortController();
  const abort = (): void => either.abort();
  const timer = setTimeout(abort, timeoutMs);
  signal.addEventListener('abort', abort, {once: true});
  try {
    return await once(either.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}

async function tryOnce(url: URL, body: string | undefined, signal: AbortSignal): Promise<ExchangeFailure | undefined> {
  try {
    const {status, text} = await exchange({url, body, signal});
    const first = plainText(text.split('\n', 1)[0]?.slice(0, 80) ?? '');
    // healthchecks answers 200 also for a check that it does not know: `OK (not found)`.
    if (status >= 200 && status < 300) {
      return first.startsWith('OK (') ? new ExchangeFailure(`${url.host} answered '${first}'`, false) : undefined;
    }
    const answer = first === '' ? `status ${status}` : `status ${status}, '${first}'`;
    return new ExchangeFailure(`${url.host} answered ${answer}`, status === 429 || status >= 500);
  } catch (error) {
    if (error instanceof ExchangeFailure) return error;
    throw error;
  }
}

function beginningOf(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  // A character that is cut in two is left out.
  return `${bytes
    .subarray(0, maxBytes)
    .toString('utf8')
    .replace(/\uFFFD$/, '')} …`;
}
