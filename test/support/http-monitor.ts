import {spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import {createServer as createTlsServer} from 'node:https';
import {join} from 'node:path';
import {onTestFinished} from 'vitest';
import {runCommand} from './spawn-program.js';
import {temporaryFolder} from './temporary-folder.js';

/** Why there can be no monitor with TLS; undefined where there can be one. */
export const whyNoTls = spawnSync('openssl', ['version']).error
  ? 'openssl, which makes certificates, is missing'
  : undefined;

/** Answers a request; the default is 200, `OK`. */
export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export interface HttpMonitor {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly host: string;
  /** `GET /path?query`, and for what has one ` BODY`, in the order of their coming. */
  readonly requests: string[];
  readonly headers: IncomingMessage['headers'][];
}

const OK: Answer = (_request, response) => void response.end('OK');

/** A server that notes what it is asked; gone when the test ends. */
export async function httpMonitor(answer: Answer = OK): Promise<HttpMonitor> {
  return await listen((handle) => createServer(handle), 'http', answer);
}

/** The same with a certificate of its own making for 127.0.0.1, which is in the file `certificate`. */
export async function httpsMonitor(answer: Answer = OK): Promise<HttpMonitor & {readonly certificate: string}> {
  const folder = await temporaryFolder();
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=monitor
    -addext subjectAltName=IP:127.0.0.1`.split(/\s+/);
  const made = await runCommand('openssl', [...words, '-keyout', key, '-out', certificate]);
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
  const tls = {key: await readFile(key), cert: await readFile(certificate)};
  return {...(await listen((handle) => createTlsServer(tls, handle), 'https', answer)), certificate};
}

async function listen(
  create: (handle: (request: IncomingMessage, response: ServerResponse) => void) => Server,
  scheme: string,
  answer: Answer,
): Promise<HttpMonitor> {
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = create((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      requests.push(`${request.method} ${request.url}${body === '' ? '' : ` ${body}`}`);
      headers.push(request.headers);
      answer(request, response, requests.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {origin: `${scheme}://${host}`, host, requests, headers};
}
