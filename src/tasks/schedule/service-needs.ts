import {realpath, stat} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {defaultStateDir} from '../../state-dir.js';
import type {TaskConfig} from '../config/task-config.js';
import type {SelectedTask} from '../select.js';

/** What a service must be allowed for its tasks to work: plain data, of which the sandbox is made. */
export interface ServiceNeeds {
  /** Keys that name programs of the administrator, of which nobody here knows what they do; each once. */
  readonly foreignPrograms: readonly string[];
  /** Snapshots, patterns of volumes, volumes that are created or grown. */
  readonly lvm: boolean;
  /** A source or a target is a block device, or may be one. */
  readonly devices: boolean;
  readonly ssh: boolean;
  /** Something else is reached over the network. */
  readonly network: boolean;
  /** Something is written on this machine, apart from the state folder. */
  readonly writesHere: boolean;
  /** Absolute; beside the state folder of the service. */
  readonly writableFolders: readonly string[];
  /** A path is below /tmp or /var/tmp. */
  readonly temporaryFolders: boolean;
  /** The longest of what runs while a run is being stopped; 0 when nothing does. */
  readonly cleanUpMs: number;
}

/** What is known of a path: a missing one may become anything. */
export interface KnownPath {
  readonly kind: 'file' | 'device' | 'missing';
  /** Where it leads in truth. */
  readonly realPath: string;
}

/** The StateDirectory of the service. */
const SERVICE_STATE_DIR = '/var/lib/bdsync-manager';

/** `more` are paths that are not of a task: the programs, the configuration. */
export async function serviceNeeds(
  selected: readonly SelectedTask[],
  more: readonly string[],
  look: (path: string) => Promise<KnownPath> = lookAtPath,
): Promise<ServiceNeeds> {
  const tasks = selected.flatMap(({configured}) =>
    configured.state === 'invalid' || configured.config.disabled
      ? []
      : [{config: configured.config, isSet: configured.state === 'set'}],
  );
  const configs = tasks.map(({config}) => config);
  const known = new Map<string, KnownPath>();
  for (const path of configs.flatMap(localPaths)) known.set(path, await look(path));
  const isFile = (path: string): boolean => known.get(path)?.kind === 'file' || isMissingFile(path, known.get(path));
  const writableFolders = [...new Set(configs.flatMap((config) => foldersToWrite(config, known)))];
  return {
    foreignPrograms: [...new Set(configs.flatMap(foreignProgramKeys))],
    lvm: tasks.some(({config, isSet}) => isSet || usesLvm(config)),
    devices: tasks.some(({config, isSet}) => isSet || !devicePaths(config).every(isFile)),
    ssh: configs.some(usesSsh),
    network: configs.some(({connectionCommand, notify}) => connectionCommand.length > 0 || notify.ping !== undefined),
    writesHere: configs.some(isLocal),
    writableFolders,
    temporaryFolders: [...known.keys(), ...[...known.values()].map(({realPath}) => realPath), ...more].some(
      isTemporary,
    ),
    cleanUpMs: Math.max(0, ...configs.map(cleanUpMs)),
  };
}

function localPaths(config: TaskConfig): string[] {
  const {metricsFile, stateDir} = config;
  const ofMetrics = metricsFile === undefined ? [] : [metricsFile];
  return [...devicePaths(config), ...(isLocal(config) ? patchDirs(config) : []), stateDir, ...ofMetrics];
}

function devicePaths(config: TaskConfig): string[] {
  return isLocal(config) ? [config.sourcePath, config.targetPath] : [config.sourcePath];
}

function isLocal({connectionCommand}: TaskConfig): boolean {
  return connectionCommand.length === 0;
}

function patchDirs({applyPatchInPlace, targetPatchDir}: TaskConfig): string[] {
  return applyPatchInPlace || targetPatchDir === undefined ? [] : [targetPatchDir];
}

function isMissingFile(path: string, known: KnownPath | undefined): boolean {
  return known?.kind === 'missing' && !path.startsWith('/dev/') && !known.realPath.startsWith('/dev/');
}

function foldersToWrite(config: TaskConfig, known: ReadonlyMap<string, KnownPath>): string[] {
  const isOfService = [SERVICE_STATE_DIR, defaultStateDir()].includes(config.stateDir);
  const ofMetrics = config.metricsFile === undefined ? [] : [dirname(config.metricsFile)];
  const folders = [...(isOfService ? [] : [config.stateDir]), ...ofMetrics];
  if (!isLocal(config)) return folders;
  const {targetPath} = config;
  const real = known.get(targetPath)?.realPath ?? targetPath;
  // What is in /dev is written without a look at the folder.
  const ofTarget = [targetPath, real].filter((path) => !path.startsWith('/dev/')).map((path) => dirname(path));
  return [...folders, ...ofTarget, ...patchDirs(config)];
}

function foreignProgramKeys(config: TaskConfig): string[] {
  const {notify, lvmSnapshot} = config;
  const {start, success, failure, change} = notify.hooks;
  const commands = {
    connection_command: usesSsh(config) ? undefined : config.connectionCommand[0],
    local_bdsync_bin: config.localBdsyncBin,
    before_snapshot: lvmSnapshot?.hooks?.before,
    after_snapshot: lvmSnapshot?.hooks?.after,
    on_start: start,
    on_success: success,
    on_failure: failure,
    on_change: change,
    mail_to: notify.mail?.sendmailPath,
  };
  return Object.entries(commands).flatMap(([key, command]) => (command === undefined ? [] : [key]));
}

function usesSsh({connectionCommand: [program]}: TaskConfig): boolean {
  return program !== undefined && basename(program) === 'ssh';
}

function usesLvm(config: TaskConfig): boolean {
  const {lvmSnapshot, createTargetIfMissing, growTarget, targetPath} = config;
  const makesVolumes = isLocal(config) && (createTargetIfMissing || growTarget) && targetPath.startsWith('/dev/');
  return lvmSnapshot !== undefined || makesVolumes;
}

function isTemporary(path: string): boolean {
  return path.startsWith('/tmp/') || path.startsWith('/var/tmp/');
}

/** A hook after a snapshot runs to its own end also when the run is stopped. */
function cleanUpMs({lvmSnapshot}: TaskConfig): number {
  const hooks = lvmSnapshot?.hooks;
  if (hooks === undefined) return 0;
  return hooks.timeoutMs === 0 ? Number.POSITIVE_INFINITY : hooks.timeoutMs;
}

async function lookAtPath(path: string): Promise<KnownPath> {
  try {
    const realPath = await realpath(path);
    return {kind: (await stat(realPath)).isFile() ? 'file' : 'device', realPath};
  } catch {
    return {kind: 'missing', realPath: await realFolder(path)};
  }
}

/** The folder of a target that is yet to be made may be a link as well. */
async function realFolder(path: string): Promise<string> {
  try {
    return join(await realpath(dirname(path)), basename(path));
  } catch {
    return path;
  }
}
