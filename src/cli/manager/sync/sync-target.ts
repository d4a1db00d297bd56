import {UsageError} from '../usage-error.js';

/** Where `sync` writes to: a path, on the host behind `ssh LOGIN` unless that is undefined. */
export interface SyncTarget {
  /** `host` or `user@host`, as ssh takes it. */
  readonly login: string | undefined;
  readonly path: string;
}

/** `user@[fe80::1%eth0]:path` or `[::1]:path` */
const BRACKETED = /^((?:[^/:@[\]]+@)?)\[([^\]/]*)\]:(.*)$/s;
/** A colon before the first slash ends a host. */
const HOST_AND_PATH = /^([^/:]*):(.*)$/s;
const URL_START = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Reads `path`, `[user@]host:path` and `[user@][IPv6 address]:path`. A local path with a colon is written with a slash
 * before it, `./a:b`.
 * @throws {UsageError} for a host or a path that is empty, a host that ssh would take for an option, a URL.
 */
export function parseSyncTarget(text: string): SyncTarget {
  if (text === '') throw new UsageError('TARGET is empty');
  if (URL_START.test(text)) {
    throw new UsageError(
      `TARGET '${text}' is a URL; a path or [user@]host:path is needed`,
      "for another port: --connection-command 'ssh -p 2200 user@host' with the path alone as TARGET",
    );
  }
  const bracketed = BRACKETED.exec(text);
  if (bracketed) return remoteTarget(text, `${bracketed[1]}${bracketed[2]}`, bracketed[3] ?? '');
  const plain = HOST_AND_PATH.exec(text);
  if (plain) return remoteTarget(text, plain[1] ?? '', plain[2] ?? '');
  return {login: undefined, path: text};
}

/**
 * The source is read on this machine.
 * @throws {UsageError} for what is written as `host:path`.
 */
export function parseSyncSource(text: string): string {
  if (text === '') throw new UsageError('SOURCE is empty');
  if (BRACKETED.test(text) || HOST_AND_PATH.test(text)) {
    throw new UsageError(
      `SOURCE '${text}' looks like a path on another host; the source must be on this machine`,
      `for a local file of this name: ./${text}`,
    );
  }
  return text;
}

function remoteTarget(text: string, login: string, path: string): SyncTarget {
  const host = login.slice(login.lastIndexOf('@') + 1);
  if (host === '' || login.startsWith('@')) {
    throw new UsageError(`TARGET '${text}' names no host`, `for a local file of this name: ./${text}`);
  }
  if (login.startsWith('-') || host.startsWith('-'))
    throw new UsageError(`TARGET '${text}' names a host that starts with '-'`);
  if (path === '') throw new UsageError(`TARGET '${text}' names no path after the host`);
  return {login, path};
}
