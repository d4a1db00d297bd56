import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {accessSync, constants} from 'node:fs';
import {chmod, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {tmpdir, userInfo} from 'node:os';
import {delimiter, join} from 'node:path';
import {promisify} from 'node:util';
import {quoteWords} from '#dist/hosts/quote.js';

const runFile = promisify(execFile);

const START_ATTEMPTS = 3;
const START_TIMEOUT_MS = 20_000;
const MAX_LOG_CHARACTERS = 65_536;

export interface SshdOptions {
  /** What the client's known_hosts holds: the server's key, another one, or none. */
  readonly hostKey?: 'known' | 'changed' | 'unknown';
  readonly login?: 'accepted' | 'refused';
  /** The remote shell's start-up prints this to standard output, before every command. */
  readonly banner?: string;
  /** Parses the commands instead of the account's own shell; a program that knows `-c`. */
  readonly remoteShell?: string;
  /** Of the commands, beside our PATH and a HOME of their own. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A real OpenSSH server on loopback with keys, port and configuration of its own, for the user who runs the tests. */
export interface Sshd extends AsyncDisposable {
  readonly port: number;
  /** Holds all of its files; gone afterwards. */
  readonly folder: string;
  /** `ssh -F CONFIG sshd-of-tests`: reads no configuration of the user or the machine. */
  readonly connectionWords: readonly string[];
  /** The same for a configuration file's `connection_command`. */
  readonly connectionCommand: string;
  /** What the server has said. */
  log(): string;
  /** Ends the server only: connections that are open stay. */
  stop(): Promise<void>;
}

/** Why startSshd cannot work here; undefined when it can. */
export function sshdMissing(): string | undefined {
  const missing = ['sshd', 'ssh', 'ssh-keygen'].filter((program) => findProgram(program) === undefined);
  return missing.length === 0 ? undefined : `no ${missing.join(', ')} on this machine: install openssh-server`;
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const sshdPath = findProgram('sshd');
  if (sshdPath === undefined) throw new Error(sshdMissing());
  const folder = await mkdtemp(join(tmpdir(), 'bdsync-manager-sshd-'));
  try {
    // sshd wants it as root; the distribution's service would make it.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', {recursive: true, mode: 0o755});
    await mkdir(join(folder, 'home'));
    await makeKeys(folder, options);
    for (let attempt = 1; ; attempt += 1) {
      const port = await findFreePort();
      await writeConfiguration(folder, port, options);
      const server = await launch(sshdPath, join(folder, 'sshd_config'));
      if (server.isListening) return new RunningSshd(folder, port, server.process, server.log);
      // Somebody took the port meanwhile; anything else will not change.
      if (attempt === START_ATTEMPTS) throw new Error(`sshd does not start:\n${server.log()}`);
    }
  } catch (error) {
    await rm(folder, {recursive: true, force: true});
    throw error;
  }
}

class RunningSshd implements Sshd {
  readonly connectionWords: readonly string[];
  readonly connectionCommand: string;
  readonly #process: ChildProcess;

  constructor(
    readonly folder: string,
    readonly port: number,
    process: ChildProcess,
    readonly log: () => string,
  ) {
    this.#process = process;
    this.connectionWords = ['ssh', '-F', join(folder, 'ssh_config'), 'sshd-of-tests'];
    this.connectionCommand = quoteWords(this.connectionWords);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, {recursive: true, force: true});
  }
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function makeKeys(folder: string, options: SshdOptions): Promise<void> {
  const names = ['host_key', 'other_host_key', 'user_key', 'other_user_key'];
  await Promise.all(
    names.map((name) => runFile('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)])),
  );
  const accepted = options.login === 'refused' ? 'other_user_key' : 'user_key';
  await writeFile(join(folder, 'authorized_keys'), await readFile(join(folder, `${accepted}.pub`)), {mode: 0o600});
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port number');
  return address.port;
}

async function writeConfiguration(folder: string, port: number, options: SshdOptions): Promise<void> {
  // Start-up files of the user would be slow and say what they like.
  const environment = {
    PATH: process.env['PATH'] ?? '/usr/bin:/bin',
    HOME: join(folder, 'home'),
    STATE_DIRECTORY: join(folder, 'state'),
    ...options.environment,
  };
  const force = await writeForcedCommand(folder, options);
  await writeFile(
    join(folder, 'sshd_config'),
    [
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `HostKey ${join(folder, 'host_key')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'MaxStartups 200',
      // The first value counts: all variables on one line.
      `SetEnv ${Object.entries(environment)
        .map(([name, value]) => `"${name}=${value}"`)
        .join(' ')}`,
      ...(force === undefined ? [] : [`ForceCommand ${force}`]),
      '',
    ].join('\n'),
  );
  const knownKey = options.hostKey === 'changed' ? 'other_host_key' : 'host_key';
  const [type, key] = (await readFile(join(folder, `${knownKey}.pub`), 'utf8')).split(' ');
  const knownHosts = options.hostKey === 'unknown' ? '' : `[127.0.0.1]:${port} ${type} ${key}\n`;
  await writeFile(join(folder, 'known_hosts'), knownHosts);
  await writeFile(
    join(folder, 'ssh_config'),
    [
      'Host sshd-of-tests',
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${join(folder, 'user_key')}`,
      '  IdentitiesOnly yes',
      '  IdentityAgent none',
      `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
      '  GlobalKnownHostsFile /dev/null',
      '  StrictHostKeyChecking yes',
      '  UpdateHostKeys no',
      '  BatchMode yes',
      '',
    ].join('\n'),
  );
}

/** A program that the account's shell starts, whichever that is, with the command in SSH_ORIGINAL_COMMAND. */
async function writeForcedCommand(folder: string, options: SshdOptions): Promise<string | undefined> {
  if (options.banner === undefined && options.remoteShell === undefined) return undefined;
  const path = join(folder, 'remote-shell');
  await writeFile(join(folder, 'banner'), options.banner ?? '');
  await writeFile(
    path,
    `#!/bin/sh\ncat ${join(folder, 'banner')}\nexec ${options.remoteShell ?? 'sh'} -c "$SSH_ORIGINAL_COMMAND"\n`,
  );
  await chmod(path, 0o700);
  return path;
}

interface Launched {
  readonly process: ChildProcess;
  readonly isListening: boolean;
  readonly log: () => string;
}

async function launch(sshdPath: string, configFile: string): Promise<Launched> {
  const server = spawn(sshdPath, ['-D', '-e', '-f', configFile], {stdio: ['ignore', 'ignore', 'pipe']});
  let text = '';
  const isListening = new Promise<boolean>((resolve) => {
    server.stderr.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(-MAX_LOG_CHARACTERS);
      if (text.includes('Server listening on')) resolve(true);
    });
    server.once('exit', () => resolve(false));
    server.once('error', (error) => {
      text += error.message;
      resolve(false);
    });
    setTimeout(() => resolve(false), START_TIMEOUT_MS).unref();
  });
  const started = await isListening;
  if (!started) server.kill('SIGKILL');
  return {process: server, isListening: started, log: () => text};
}
