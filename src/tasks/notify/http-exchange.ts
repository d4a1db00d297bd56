import {type IncomingMessage, request as httpRequest} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {packageVersion} from '../../version.js';

export interface HttpQuestion {
  readonly url: URL;
  /** Plain text, sent with POST; GET without one. */
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  /** The beginning of what came with it. */
  readonly text: string;
}

const MAX_REDIRECTS = 3;
const MAX_ANSWER_BYTES = 1000;

/** Why there is no answer, in words that have nothing of the address but its host. */
export class ExchangeFailure extends Error {
  /** Whether it may be another way the next time. */
  readonly mayPass: boolean;

  constructor(message: string, mayPass: boolean) {
    super(message);
    this.mayPass = mayPass;
  }
}

/**
 * One HTTP exchange, redirects followed. Certificates are checked, whatever the environment says.
 *
 * @throws ExchangeFailure
 */
export async function exchange(question: HttpQuestion): Promise<HttpAnswer> {
  let current = question;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const {status, text, location} = await askOnce(current);
    if (!isRedirect(status) || location === undefined) return {status, text};
    current = redirected(current, status, location);
  }
  throw new ExchangeFailure(`${question.url.host} redirected more than ${MAX_REDIRECTS} times`, false);
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

/** As browsers do: only 307 and 308 take the body with them. */
function redirected({url, body, signal}: HttpQuestion, status: number, location: string): HttpQuestion {
  const next = URL.canParse(location, url.href) ? new URL(location, url) : undefined;
  if (next === undefined || !/^https?:$/.test(next.protocol)) {
    throw new ExchangeFailure(`${url.host} redirected to what is no address`, false);
  }
  if (url.protocol === 'https:' && next.protocol !== 'https:') {
    throw new ExchangeFailure(`${url.host} redirected to ${next.host} without TLS`, false);
  }
  return {url: next, body: status >= 307 ? body : undefined, signal};
}

interface Response extends HttpAnswer {
  readonly location: string | undefined;
}

async function askOnce({url, body, signal}: HttpQuestion): Promise<Response> {
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          'user-agent': `bdsync-manager/${packageVersion()}`,
          ...(body === undefined ? {} : {'content-type': 'text/plain; charset=utf-8'}),
        },
        // A connection that is kept for later would keep this process.
        agent: false,
        rejectUnauthorized: true,
        signal,
      };
      const outgoing = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
      outgoing.end(body);
    });
    const {statusCode: status = 0, headers} = response;
    return {status, location: headers.location, text: await beginningOf(response)};
  } catch (error) {
    throw new ExchangeFailure(`${url.host}: ${reasonOf(error, signal)}`, true);
  }
}

/** The status has told what matters: what breaks after it is no failure. */
async function beginningOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= MAX_ANSWER_BYTES) break;
    }
  } catch {
    // Cut off.
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8');
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'it did not answer in time';
  // What Node says when no address of a host could be reached: the message is empty then.
  if (error instanceof AggregateError) return error.errors.map((each) => reasonOf(each, signal)).join('; ');
  return error instanceof Error ? error.message : String(error);
}
