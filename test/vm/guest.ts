import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs';
import {mkdir, mkdtemp, open, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {buildMapAtOnce} from './map-at-once.js';

/** A virtual machine with a kernel that has device-mapper, and an empty disk: /dev/ubda. It sees this one's files. */
export interface Guest extends AsyncDisposable {
  /** Runs a program to its end. */
  run(words: readonly string[]): Promise<GuestResult>;
  /** Runs a shell script and returns its trimmed output; throws when its status is not 0. */
  sh(script: string): Promise<string>;
}

export interface GuestResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const KERNEL = '/usr/bin/linux.uml';
const MODULES = '/usr/lib/uml/modules';
/** Programs that tests run in a guest, and the Debian packages that have them. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  [KERNEL]: 'user-mode-linux',
  '/sbin/lvm': 'lvm2',
  '/usr/sbin/thin_check': 'thin-provisioning-tools',
  '/bin/busybox': 'busybox',
  '/sbin/mkfs.ext4': 'e2fsprogs',
  '/sbin/fsfreeze': 'util-linux',
  '/sbin/cryptsetup': 'cryptsetup-bin',
  '/usr/sbin/sshd': 'openssh-server',
  '/usr/sbin/cron': 'cron',
};
const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const INIT = join(REPOSITORY, 'test/vm/guest-init.sh');
/** Of the whole life of a guest: the last resort against one that outlives its test. */
const MAX_LIFE_S = 900;

/** Why this machine cannot run a guest, or undefined. */
export function whyNoGuest(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can start a guest';
  const missing = Object.entries(PACKAGE_OF).filter(([program]) => !existsSync(program));
  if (missing.length > 0) {
    const [programs, packages] = [0, 1].map((column) => missing.map((row) => row[column]));
    return `there is no ${programs?.join(', ')} (Debian: ${packages?.join(' ')})`;
  }
  if (spawnSync('unshare', ['-m', '-p', '-f', 'true']).status !== 0) return 'unshare is not permitted here';
  if (statSync(REPOSITORY).dev !== statSync('/').dev) return 'this folder is not on the file system of /';
  return undefined;
}

/**
 * Starts a guest, in about two seconds; disposal switches it off like a power cut. Its disk goes with it, unless
 * `diskPath` names a file for it: that stays, with what an earlier guest wrote.
 */
export async function startGuest(diskBytes: number, diskPath?: string): Promise<Guest> {
  const folder = await mkdtemp(join(tmpdir(), 'bdsync-manager-guest-'));
  await mkdir(join(folder, 'root'));
  const diskFile = diskPath ?? join(folder, 'disk.img');
  const disk = await open(diskFile, 'a');
  await disk.truncate(diskBytes);
  await disk.close();
  // The bind mount protects this machine's files, as the guest's root is this one's.
  const mount = 'mount --bind / "$0/root" && mount -o remount,bind,ro "$0/root"';
  const start = `${mount} && exec taskset -c ${oneCpu()} timeout -s KILL ${MAX_LIFE_S} "$@"`;
  const child = spawn(
    'unshare',
    ['--mount', '--pid', '--fork', '--kill-child=KILL', 'sh', '-c', start, folder, ...kernelWords(folder, diskFile)],
    {stdio: ['pipe', 'pipe', 'inherit']},
  );
  const guest = new RunningGuest(child, folder);
  try {
    await guest.ready;
    return guest;
  } catch (error) {
    await guest[Symbol.asyncDispose]();
    throw error;
  }
}

/** The guest's processes hand over to each other all the time: on a single CPU it is three times as fast. */
function oneCpu(): string {
  const [, allowed = '0'] = /^Cpus_allowed_list:\s*(.+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  const cpus = allowed.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({length: last - first + 1}, (_, index) => first + index);
  });
  // Test files that run at the same time take one each.
  const worker = Number(process.env['VITEST_POOL_ID'] ?? 0);
  return String(cpus[worker % cpus.length]);
}

function kernelWords(folder: string, diskFile: string): string[] {
  const modules = join(MODULES, readdirSync(MODULES)[0] ?? '');
  const console = ['con=null', 'con0=fd:0,fd:1', 'ssl=null', 'quiet', 'loglevel=1'];
  const root = ['rootfstype=hostfs', `rootflags=${folder}/root`, 'ro', `init=${INIT}`, `GUEST_MODULES=${modules}`];
  const library = buildMapAtOnce(folder);
  if (library !== undefined) root.push(`GUEST_PRELOAD=${library}`);
  return [KERNEL, 'mem=512M', `uml_dir=${folder}`, `ubd0=${diskFile}`, ...console, ...root];
}

class RunningGuest implements Guest {
  readonly ready: Promise<void>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ended: Promise<void>;
  readonly #waiting = new Map<string, (result: GuestResult) => void>();
  readonly #console: string[] = [];
  #lastId = 0;

  constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    this.#ended = new Promise((resolve) => child.once('close', () => resolve()));
    const {stdout} = child;
    if (stdout === null) throw new Error('the guest has no console');
    const lines = createInterface({input: stdout});
    this.ready = this.#orEnd(
      new Promise((resolve) => {
        lines.on('line', (line) => {
          if (line.trim() === 'GUEST-READY') resolve();
          else this.#receive(line);
        });
      }),
    );
  }

  run(words: readonly string[]): Promise<GuestResult> {
    return this.#runScript(words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' '));
  }

  async sh(script: string): Promise<string> {
    const {status, stdout, stderr} = await this.#runScript(`set -e\n${script}`);
    if (status !== 0) throw new Error(`status ${status} in the guest: ${script}\n${stdout}${stderr}`);
    return stdout.trim();
  }

  #runScript(script: string): Promise<GuestResult> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const result = new Promise<GuestResult>((resolve) => this.#waiting.set(id, resolve));
    const line = script.replaceAll('\\', '\\0134').replaceAll('\n', '\\0012');
    this.#child.stdin?.write(`${id} ${line}\n`);
    return this.#orEnd(result);
  }

  #receive(line: string): void {
    const match = /^GUEST-RESULT (\d+) (\d+) ([\w+/=]*) ([\w+/=]*)$/.exec(line);
    if (match === null) {
      this.#console.push(line);
      return;
    }
    const [, id = '', status, stdout = '', stderr = ''] = match;
    this.#waiting.get(id)?.({status: Number(status), stdout: decode(stdout), stderr: decode(stderr)});
    this.#waiting.delete(id);
  }

  #orEnd<T>(promise: Promise<T>): Promise<T> {
    const ended = this.#ended.then(() => {
      throw new Error(`the guest ended early; its console:\n${this.#console.slice(-30).join('\n')}`);
    });
    return Promise.race([promise, ended]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // With `unshare` everything in its namespace ends.
    this.#child.kill('SIGKILL');
    await this.#ended;
    await rm(this.#folder, {recursive: true, force: true});
  }
}

function decode(text: string): string {
  return Buffer.from(text, 'base64').toString();
}
