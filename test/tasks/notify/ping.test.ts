import {inspect} from 'node:util';
import {describe, expect, test} from 'vitest';
import {PingUrl} from '#dist/tasks/config/ping-url.js';
import {ping, type PingEvent} from '#dist/tasks/notify/ping.js';
import {httpMonitor, httpsMonitor, whyNoTls} from '../../support/http-monitor.js';
import {until} from '../../support/until.js';

const QUICK = {pausesMs: [0, 0], tryMs: 20_000};
const NEVER = new AbortController().signal;

async function tell(
  url: string,
  event: PingEvent = 'success',
  options: Partial<Parameters<typeof ping>[2]> = {},
): Promise<string | undefined> {
  return (await ping(new PingUrl(url), event, {signal: NEVER, limits: QUICK, ...options}))?.message;
}

describe('a monitor is told', () => {
  test('by three addresses, the query kept and the failure in the body', async () => {
    const {origin, requests, headers} = await httpMonitor();
    const url = `${origin}/ping/secret?rid=7&create=1`;
    expect(await tell(url, 'start')).toBeUndefined();
    expect(await tell(url)).toBeUndefined();
    expect(await tell(`${url}#part`, 'fail', {body: 'home: no space – left'})).toBeUndefined();
    expect(requests).toEqual([
      'GET /ping/secret/start?rid=7&create=1',
      'GET /ping/secret?rid=7&create=1',
      'POST /ping/secret/fail?rid=7&create=1 home: no space – left',
    ]);
    expect(headers[2]).toMatchObject({
      'user-agent': expect.stringMatching(/^bdsync-manager\/\d/),
      'content-type': 'text/plain; charset=utf-8',
      connection: 'close',
    });
  });

  test('by an address that ends in a slash, or has a name and a password', async () => {
    const {origin, host, requests, headers} = await httpMonitor();
    expect(await tell(`${origin}/secret/`, 'start')).toBeUndefined();
    expect(await tell(`http://me:pass@${host}/`, 'fail')).toBeUndefined();
    expect(requests).toEqual(['GET /secret/start', 'GET /fail']);
    expect(headers[1]?.authorization).toBe(`Basic ${Buffer.from('me:pass').toString('base64')}`);
  });

  test('no more than a limit of what failed', async () => {
    const {origin, requests} = await httpMonitor();
    expect(await tell(origin, 'fail', {body: `a${'ä'.repeat(100_000)}`})).toBeUndefined();
    expect(requests[0]).toMatch(/^POST \/fail aä+ …$/);
    expect(Buffer.byteLength(requests[0] ?? '')).toBeLessThan(10_100);
  });

  test('again when it could not answer', async () => {
    const {origin, requests} = await httpMonitor((request, response, count) => {
      if (count === 1) request.socket.destroy();
      else response.writeHead(count === 2 ? 503 : 200).end('OK');
    });
    expect(await tell(origin)).toBeUndefined();
    expect(requests).toHaveLength(3);
  });

  test('where it redirects to', async () => {
    const {origin, requests} = await httpMonitor((request, response) => {
      const [, status] = /^\/(\d+)\//.exec(request.url ?? '') ?? [];
      if (status === undefined) response.end('OK');
      else response.writeHead(Number(status), {location: '/new?x=1'}).end();
    });
    expect(await tell(`${origin}/308/`, 'fail', {body: 'text'})).toBeUndefined();
    expect(await tell(`${origin}/301/`, 'fail', {body: 'text'})).toBeUndefined();
    expect(requests).toEqual(['POST /308/fail text', 'POST /new?x=1 text', 'POST /301/fail text', 'GET /new?x=1']);
  });
});

describe('why a monitor was not told, without its secret:', () => {
  test('it refuses, and is not asked again', async () => {
    const {origin, host, requests} = await httpMonitor(
      (_, response) => void response.writeHead(404).end('not found\n'),
    );
    expect(await tell(`${origin}/secret`, 'start')).toBe(
      `ping_url: the start was not told: ${host} answered status 404, 'not found'`,
    );
    expect(requests).toHaveLength(1);
  });

  test('it has no such check, and says OK to that', async () => {
    const {origin, host} = await httpMonitor((_, response) => void response.end('OK (not found)'));
    expect(await tell(`${origin}/secret`)).toBe(
      `ping_url: the success was not told: ${host} answered 'OK (not found)'`,
    );
  });

  test('it fails each time', async () => {
    const {origin, host, requests} = await httpMonitor((_, response) => void response.writeHead(500).end('\u001b[31m'));
    expect(await tell(`${origin}/secret`, 'fail')).toBe(
      `ping_url: the failure was not told: ${host} answered status 500, '\\x1b[31m'`,
    );
    expect(requests).toHaveLength(3);
  });

  test('nobody listens', async () => {
    expect(await tell('http://127.0.0.1:1/secret')).toMatch(/: 127\.0\.0\.1:1: connect ECONNREFUSED/);
    expect(await tell('http://localhost:1/secret')).toMatch(/: localhost:1: connect ECONNREFUSED/);
    expect(await tell('http://no-such-host.invalid/secret')).toMatch(/: no-such-host\.invalid: getaddrinfo/);
  });

  test('it never answers', async () => {
    const {origin, host, requests} = await httpMonitor(() => {});
    expect(await tell(`${origin}/secret`, 'success', {limits: {pausesMs: [0], tryMs: 200}})).toBe(
      `ping_url: the success was not told: ${host}: it did not answer in time`,
    );
    await until('both tries to arrive', () => requests.length === 2);
  });

  test('the run was told to stop meanwhile', async () => {
    const stop = new AbortController();
    const {origin, host} = await httpMonitor(() => stop.abort());
    expect(await tell(`${origin}/secret`, 'success', {signal: stop.signal})).toContain(host);
    expect(await tell(`${origin}/secret`, 'success', {signal: stop.signal})).toContain('was told to stop');
  });

  test('it redirects in a circle, to nowhere, or from TLS to none', async () => {
    const circle = await httpMonitor((_, response) => void response.writeHead(302, {location: '/secret'}).end());
    expect(await tell(`${circle.origin}/secret`)).toContain('redirected more than 3 times');
    const nowhere = await httpMonitor(
      (_, response) => void response.writeHead(302, {location: 'file:///secret'}).end(),
    );
    expect(await tell(`${nowhere.origin}/secret`)).toContain('redirected to what is no address');
    expect(`${circle.requests.length} ${nowhere.requests.length}`).toBe('4 1');
  });

  if (whyNoTls !== undefined) console.warn(`SKIPPED: certificates of a monitor: ${whyNoTls}`);
  test.skipIf(whyNoTls !== undefined)('nobody vouches for its certificate', async () => {
    const {origin, host, requests} = await httpsMonitor();
    expect(await tell(`${origin}/secret`)).toBe(`ping_url: the success was not told: ${host}: self-signed certificate`);
    expect(requests).toEqual([]);
  });
});

test('what prints an address prints its host', () => {
  const url = new PingUrl('https://me:pass@hc.example.org:8443/secret?key=secret');
  const printed = [JSON.stringify({url}), inspect({url}, {depth: 9, showHidden: true}), url.host];
  expect(printed.join(' ')).not.toMatch(/secret|pass/);
  expect(JSON.parse(JSON.stringify({url}))).toEqual({url: 'hc.example.org:8443'});
});
