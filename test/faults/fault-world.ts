import {existsSync} from 'node:fs';
import {mkdir, readdir, readFile, rename, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {
  BDSYNC,
  BDSYNC_MANAGER,
  type ProgramResult,
  type RunningProgram,
  startProgram,
} from '../support/spawn-program.js';
import {type Sshd, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';
import type {Call} from './stages.js';
import {nightImage, type Sizes} from './night-images.js';
import {presentProcesses, type WorldProcess, worldProcesses} from './world-processes.js';

const STOP_AT = fileURLToPath(new URL('stop-at.mjs', import.meta.url));

const OWN_FILES = ['s.img', 't.img', 'tasks.conf', 'rival.img', 'rival.conf', 'stopped', 'stop-at.json'];

export interface FaultWorldOptions {
  /** How the target is reached. Behind a connection: by a command that costs nothing, with all the programs of ssh. */
  readonly way: 'here' | 'connection' | 'ssh';
  /** `stored`: as a whole, and without a seal, where the original program is at the other end. */
  readonly flow: 'sealed' | 'stored' | 'in place';
  readonly sizes?: Sizes;
  /** Whether programs can be stopped at a stage. */
  readonly stops?: boolean;
  /** More of the task. */
  readonly keys?: Readonly<Record<string, string>>;
}

/** A task in a folder, with all that its runs leave: images, patches, and the states of both machines. */
export interface FaultWorld extends AsyncDisposable {
  readonly folder: string;
  readonly options: FaultWorldOptions;
  /** Gives the source its content of a night. */
  beginNight(night: number): Promise<void>;
  /** Content of the source, and of the target, in a night. */
  image(night: number): Buffer;
  target(): Promise<Buffer>;
  /** Puts the target back, in place. */
  resetTarget(night: number): Promise<void>;
  start(...words: string[]): RunningProgram;
  /** Another configuration, with a state folder of its own and the image of a night, for the same target. */
  rival(night: number): Promise<Rival>;
  run(...words: string[]): Promise<ProgramResult>;
  /** Has the next program that comes to a call stop there. */
  stopAt(call: Call): Promise<void>;
  /** The process that has stopped; undefined while none has. */
  stoppedPid(): Promise<number | undefined>;
  processes(): WorldProcess[];
  /** Files that a run has made and has not taken away. */
  leftovers(): Promise<string[]>;
  /** What there is in the folder for patches. */
  stored(): Promise<string[]>;
}

/** A second manager that knows nothing of the first one. */
export interface Rival {
  start(...words: string[]): RunningProgram;
}

/** Its folder goes when the current test ends. */
export async function startFaultWorld(options: FaultWorldOptions): Promise<FaultWorld> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'patches'));
  const environment = {
    STATE_DIRECTORY: join(folder, 'remote-state'),
    ...(options.stops && {BDSYNC_FAULT_FOLDER: folder, NODE_OPTIONS: `--import=${STOP_AT}`}),
  };
  const sshd = options.way === 'ssh' ? await startSshd({environment}) : undefined;
  const world = new RunningWorld(folder, options, environment, sshd);
  await writeFile(world.path('t.img'), world.image(0));
  await world.writeConfig('tasks.conf', 's.img', 'state');
  return world;
}

class RunningWorld implements FaultWorld {
  readonly #images = new Map<number, Buffer>();
  readonly #environment: Readonly<Record<string, string>>;
  readonly #sshd: Sshd | undefined;
  readonly #strangers = presentProcesses();

  constructor(
    readonly folder: string,
    readonly options: FaultWorldOptions,
    environment: Readonly<Record<string, string>>,
    sshd: Sshd | undefined,
  ) {
    this.#environment = environment;
    this.#sshd = sshd;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  image(night: number): Buffer {
    const known = this.#images.get(night);
    const image = known ?? nightImage(night, this.options.sizes ?? 'equal');
    this.#images.set(night, image);
    return image;
  }

  async beginNight(night: number): Promise<void> {
    await writeFile(this.path('s.img'), this.image(night));
  }

  async target(): Promise<Buffer> {
    return await readFile(this.path('t.img'));
  }

  async resetTarget(night: number): Promise<void> {
    await writeFile(this.path('t.img'), this.image(night));
  }

  start(...words: string[]): RunningProgram {
    return this.#startWith('tasks.conf', words);
  }

  async rival(night: number): Promise<Rival> {
    await writeFile(this.path('rival.img'), this.image(night));
    await this.writeConfig('rival.conf', 'rival.img', 'rival-state');
    return {start: (...words) => this.#startWith('rival.conf', words)};
  }

  async writeConfig(name: string, source: string, state: string): Promise<void> {
    const {way, flow, sizes = 'equal', keys} = this.options;
    await writeConfig(this.path(name), {
      home: {
        source_path: this.path(source),
        target_path: this.path('t.img'),
        state_dir: this.path(state),
        ...(flow === 'in place' ? {apply_patch_in_place: 'yes'} : {target_patch_dir: this.path('patches')}),
        ...(sizes !== 'equal' && {bdsync_args: '--diffsize'}),
        ...(way === 'connection' && {connection_command: 'env A=1'}),
        ...(this.#sshd && {connection_command: this.#sshd.connectionCommand}),
        ...(way !== 'here' && {remote_bdsync_bin: BDSYNC}),
        ...keys,
      },
    });
  }

  #startWith(config: string, words: readonly string[]): RunningProgram {
    return startProgram(BDSYNC_MANAGER, [...words, '--config', this.path(config)], this.#environment);
  }

  async run(...words: string[]): Promise<ProgramResult> {
    return await this.start(...words).result;
  }

  async stopAt(call: Call): Promise<void> {
    await rm(this.path('stopped'), {force: true});
    const fresh = this.path('stop-at.json.new');
    await writeFile(fresh, JSON.stringify(call));
    await rename(fresh, this.path('stop-at.json'));
  }

  async stoppedPid(): Promise<number | undefined> {
    if (!existsSync(this.path('stopped'))) return undefined;
    await rm(this.path('stop-at.json'), {force: true});
    return Number(await readFile(this.path('stopped'), 'utf8'));
  }

  processes(): WorldProcess[] {
    return worldProcesses(this.folder, {sshdFolder: this.#sshd?.folder, strangers: this.#strangers});
  }

  async leftovers(): Promise<string[]> {
    const entries = await readdir(this.folder, {recursive: true, withFileTypes: true});
    const files = entries.filter((entry) => !entry.isDirectory()).map(({parentPath, name}) => join(parentPath, name));
    const ours = OWN_FILES.map((name) => this.path(name));
    // What is remembered of past runs stays.
    return files.filter((file) => !ours.includes(file) && !file.includes('state/history/'));
  }

  async stored(): Promise<string[]> {
    return (await readdir(this.path('patches'))).toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const {pid} of this.processes()) kill(pid, 'SIGKILL');
    await this.#sshd?.[Symbol.asyncDispose]();
  }
}

/** Whether there was such a process. */
export function kill(pid: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
