import {constants, type Stats} from 'node:fs';
import {access, lstat, mkdir, open, stat} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {codeOf, ExpectedError, messageOf} from './errors.js';
import {type GateWait, OWN_WRITES} from './write-gate.js';

/** The folder for what must outlive a run cannot be used. */
export class StateDirError extends ExpectedError<'state-dir'> {
  /** `trouble` and what the operating system says about it. */
  static from(trouble: string, cause: unknown): StateDirError {
    const isFull = ['ENOSPC', 'EDQUOT'].includes(codeOf(cause) ?? '');
    const hint = isFull ? 'make room there, or name another folder with the key state_dir' : OTHER_FOLDER;
    return new StateDirError('state-dir', `${trouble}: ${messageOf(cause)}`, {cause, hint});
  }
}

const OTHER_FOLDER = 'name a folder that you may write with the key state_dir';
const PRIVATE_MODE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;

/**
 * The path of the folder `name` in the state folder, both of them made where they are missing. What lies there decides
 * what is removed, and by which programs: nobody but us and root may be able to put anything there.
 *
 * @throws StateDirError
 */
export async function openStateFolder(stateDir: string, name: string, wait: GateWait = {}): Promise<string> {
  const folder = join(stateDir, name);
  try {
    await makeFolder(stateDir, wait);
    await requireOwn(stateDir, stat);
    await makeFolder(folder, wait);
    await requireOwn(folder, lstat);
  } catch (error) {
    throw error instanceof StateDirError ? error : StateDirError.from(`cannot use the state folder ${stateDir}`, error);
  }
  return folder;
}

/**
 * Makes sure that the state folder and the folder `name` in it are there, and that nobody but us and root can put
 * anything there.
 *
 * @throws StateDirError
 */
export async function requireOwnFolder(stateDir: string, name: string): Promise<void> {
  await requireOwn(stateDir, stat);
  await requireOwn(join(stateDir, name), lstat);
}

/**
 * Looks whether `openStateFolder` would succeed, and makes nothing: a state folder that is missing may be made by the
 * first run when its nearest parent is ours to write.
 *
 * @throws StateDirError
 */
export async function checkStateDir(stateDir: string): Promise<void> {
  let folder = stateDir;
  try {
    while (!(await isWritable(folder))) folder = dirname(folder);
  } catch (error) {
    throw StateDirError.from(`cannot use the state folder ${stateDir}`, error);
  }
  if (folder === stateDir) await requireOwn(stateDir, stat);
}

/**
 * Makes a folder and its parents, where they are missing; they survive a power cut. Throws what the file system throws.
 *
 * Not with mkdir's own `recursive`: below /proc, where a parent exists and mkdir says ENOENT, Node 20 never ends.
 */
export async function makeFolder(
  path: string,
  {mode = PRIVATE_MODE, ...wait}: GateWait & {readonly mode?: number} = {},
): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent, {mode, ...wait});
  await OWN_WRITES.pass(async () => {
    await mkdir(path, {mode}).catch(async (error: unknown) => {
      // Another run may have made it meanwhile.
      if (codeOf(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
    });
    await syncFolder(parent);
  }, wait);
}

/** What is written into a folder survives a power cut only if the folder itself does. */
export async function syncFolder(path: string): Promise<void> {
  try {
    await using folder = await open(path, 'r');
    await folder.sync();
  } catch (error) {
    // A folder that we may write to and not read.
    if (codeOf(error) !== 'EACCES') throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** False for what is missing. */
async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' && dirname(path) !== path) return false;
    throw error;
  }
}

/** The state folder itself may well be a link, which systemd makes of it; nobody makes one of a folder in it. */
async function requireOwn(path: string, look: (path: string) => Promise<Stats>): Promise<void> {
  const stats = await look(path).catch((error: unknown) => {
    throw StateDirError.from(`cannot use the state folder ${path}`, error);
  });
  const fault = faultOf(stats);
  if (fault === undefined) return;
  throw new StateDirError('state-dir', `the state folder ${path} ${fault.what}`, {hint: fault.remedy(path)});
}

interface Fault {
  readonly what: string;
  readonly remedy: (path: string) => string;
}

function faultOf(stats: Stats): Fault | undefined {
  if (!stats.isDirectory()) return {what: 'is not a folder', remedy: () => OTHER_FOLDER};
  const self = process.geteuid?.();
  if (stats.uid !== 0 && stats.uid !== self) {
    const what = `belongs to somebody else (user id ${stats.uid})`;
    return {what, remedy: () => 'name a folder of your own with the key state_dir'};
  }
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) {
    return {what: 'can be written by others', remedy: (path) => `take that right from them: chmod go-w ${path}`};
  }
  return undefined;
}
