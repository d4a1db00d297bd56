import {constants} from 'node:fs';
import {type FileHandle, open, stat} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {identifyPath, isSameDevice, type LocalIdentity, readBootId} from '../../device-identity.js';
import {codeOf} from '../../errors.js';
import {FileLockError, tryLockFile} from '../../file-lock.js';
import {deviceError} from './device-error.js';
import {type DeviceFacts, type DeviceHandle, openDeviceHandle} from './device-facts.js';
import {findDeviceUse} from './device-use.js';
import {lastingIdentity} from './lasting-identity.js';
import {BdsyncError} from '../errors.js';
import {birthOf, type TargetMark, TargetMarkFile} from './target-mark.js';
import {type TargetNote, TargetNoteFile} from './target-note.js';

export interface TargetFacts extends DeviceFacts {
  /** The kernel's boot id: tells one machine from another, and `identity` is good for one boot. */
  readonly machineId: string;
  /** As `lastingIdentity` has it: for the seal of a patch. */
  readonly lastingIdentity: string;
}

/** A target that is ours alone until this is disposed of, or the process is gone. */
export interface TargetHold extends AsyncDisposable {
  readonly facts: TargetFacts;
  /** What an interrupted run left, of those that noted it in the same state folder. */
  readonly mark: TargetMark | undefined;
  /** Whether its path still leads to it: whoever opens that to write would write to something else. */
  isInPlace(): Promise<boolean>;
  /**
   * To be called when the target is complete again.
   *
   * @throws StateDirError, and what the file system throws.
   */
  clearMark(): Promise<void>;
}

export interface HoldOptions {
  /**
   * Who asks, in words, for the message that others get meanwhile. Without it nothing is written, and others take it
   * for what will be over in a moment: they wait some seconds.
   */
  readonly holder: string | undefined;
  /** The folder for notes about who holds what, and for marks; without it there are none. */
  readonly stateDir: string | undefined;
  /** Hold a target, too, that is mounted or otherwise in use. */
  readonly allowInUse?: boolean | undefined;
  /** Programs that are started to write the target keep it as well, with `shareTarget`. */
  readonly isShared?: boolean | undefined;
  /** How long to wait for another holder. */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** udev locks a block device for moments while it looks at it, and so does who only asks whether it could be held. */
const LOOK_PATIENCE_MS = 3000;
/** A holder that was killed lets go of its lock and of its exclusive open one after the other. */
const EXCLUSIVE_PATIENCE_MS = 300;
const EXCLUSIVE_RETRY_MS = 20;

/**
 * Keeps a target for one run: a flock(2) on the target itself, which others respect for block devices, too (and udev
 * unless it is shared), and on a block device an exclusive open, which fails while it is mounted and keeps others from mounting it.
 *
 * @throws BdsyncError 'target-locked' naming the holder where it is known; 'target-in-use' unless allowed; 'io' when
 *   the target cannot be opened or locked at all; 'cancelled'.
 */
export async function holdTarget(path: string, options: HoldOptions): Promise<TargetHold> {
  const machineId = await readBootId();
  const {handle, facts, identity} = await openTarget(path);
  const handles = [handle];
  try {
    const {stateDir} = options;
    const notes = stateDir === undefined ? undefined : new TargetNoteFile(stateDir, facts.identity);
    await lockTarget(path, handle, async () => notes?.readLive(machineId), options);
    await requireSameDevice(path, identity);
    if (!options.allowInUse) handles.push(...(await requireUnused(path, {handle, identity}, options.signal)));
    const {holder} = options;
    const lasting = await lastingIdentity(handle.fd, identity);
    const targetFacts = {...facts, machineId, lastingIdentity: lasting};
    const marked = {path, lastingIdentity: lasting, bornMs: birthOf(handle.fd, identity)};
    const markFile = stateDir === undefined ? undefined : new TargetMarkFile(stateDir, marked);
    const marking = {markFile, mark: await markFile?.read()};
    const place = {path, identity};
    if (holder === undefined) return new OpenTargetHold(targetFacts, handles, {...marking, ...place}, undefined);
    const since = new Date().toISOString();
    // The note only explains: a full disk or a folder of somebody else must not keep the target from being held.
    await notes?.write({path, holder, pid: process.pid, since, machineId}).catch(() => {});
    if (options.isShared) await letShare(path, handle, options.signal);
    return new OpenTargetHold(targetFacts, handles, {...marking, ...place}, notes);
  } catch (error) {
    await closeAll(handles);
    throw error;
  }
}

interface FoundTarget {
  readonly path: string;
  readonly identity: LocalIdentity;
  readonly markFile: TargetMarkFile | undefined;
  readonly mark: TargetMark | undefined;
}

class OpenTargetHold implements TargetHold {
  readonly facts: TargetFacts;
  readonly mark: TargetMark | undefined;
  readonly #place: Pick<FoundTarget, 'path' | 'identity'>;
  readonly #handles: readonly FileHandle[];
  readonly #markFile: TargetMarkFile | undefined;
  readonly #note: TargetNoteFile | undefined;
  #released: Promise<void> | undefined;

  constructor(
    facts: TargetFacts,
    handles: readonly FileHandle[],
    {path, identity, markFile, mark}: FoundTarget,
    note: TargetNoteFile | undefined,
  ) {
    this.facts = facts;
    this.#place = {path, identity};
    this.mark = mark;
    this.#handles = handles;
    this.#markFile = markFile;
    this.#note = note;
  }

  async isInPlace(): Promise<boolean> {
    return await leadsTo(this.#place.path, this.#place.identity);
  }

  async clearMark(): Promise<void> {
    await this.#markFile?.remove();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  /** The note goes while the lock still keeps others from writing theirs. */
  async #release(): Promise<void> {
    await this.#note?.remove().catch(() => {});
    await closeAll(this.#handles);
  }
}

async function closeAll(handles: readonly FileHandle[]): Promise<void> {
  await Promise.all(handles.map((handle) => handle.close()));
}

async function openTarget(path: string): Promise<DeviceHandle> {
  const isBlockDevice = await stat(path).then(
    (stats) => stats.isBlockDevice(),
    () => false,
  );
  // To close a block device that was open for writing wakes udev. A file on NFS can be locked only when open for writing.
  return openDeviceHandle(path, isBlockDevice ? constants.O_RDONLY : constants.O_RDWR);
}

async function lockTarget(
  path: string,
  handle: FileHandle,
  readHolder: () => Promise<TargetNote | undefined>,
  {waitMs = 0, signal}: HoldOptions,
): Promise<void> {
  if (await tryLock(path, handle, {signal})) return;
  const known = waitMs === 0 ? await readHolder() : undefined;
  if (!known && (await tryLock(path, handle, {waitMs: Math.max(waitMs, LOOK_PATIENCE_MS), signal}))) return;
  const holder = known ?? (await readHolder());
  const who = holder
    ? `by ${holder.holder} (process ${holder.pid}, since ${holder.since})`
    : 'by another program (who it is cannot be told)';
  throw new BdsyncError('target-locked', `${path} is held ${who}`);
}

/** From now on, whoever wants to hold it is refused as before. */
async function letShare(path: string, handle: FileHandle, signal: AbortSignal | undefined): Promise<void> {
  if (await tryLock(path, handle, {shared: true, signal})) return;
  // flock(2) gives one lock up before it takes the other.
  throw new BdsyncError('target-locked', `${path} was taken by another program at the same moment`);
}

async function tryLock(
  path: string,
  handle: FileHandle,
  {shared = false, waitMs = 0, signal}: {shared?: boolean; waitMs?: number; signal: AbortSignal | undefined},
): Promise<boolean> {
  try {
    return await tryLockFile(handle, {shared, waitMs, ...(signal && {signal})});
  } catch (error) {
    if (signal?.aborted) throw new BdsyncError('cancelled', `${path} was not locked: cancelled`, {cause: error});
    if (!(error instanceof FileLockError)) throw error;
    throw new BdsyncError('io', `cannot lock ${path}: ${error.message}`, {hint: error.hint, cause: error});
  }
}

/** Whoever held the lock before may have put another file in its place. */
async function requireSameDevice(path: string, identity: LocalIdentity): Promise<void> {
  if (await leadsTo(path, identity)) return;
  throw new BdsyncError('io', `${path} was removed or replaced while it was being locked`);
}

async function leadsTo(path: string, identity: LocalIdentity): Promise<boolean> {
  const found = await identifyPath(path);
  return found !== undefined && isSameDevice(found, identity);
}

/** What keeps a block device unused from now on; nothing does that for a file. */
async function requireUnused(
  path: string,
  {handle, identity}: Pick<DeviceHandle, 'handle' | 'identity'>,
  signal: AbortSignal | undefined,
): Promise<FileHandle[]> {
  const isBlock = identity.kind === 'block';
  const exclusive = isBlock ? await openExclusively(path, handle, signal) : undefined;
  const isBusy = isBlock && exclusive === undefined;
  const use = await findDeviceUse(identity);
  if (!isBusy && use === undefined) return exclusive ? [exclusive] : [];
  await exclusive?.close();
  throw new BdsyncError('target-in-use', `${path} is in use: ${use ?? 'it is mounted or held by another program'}`);
}

/** What is locked, whatever its path leads to by now. Undefined when the kernel has given it to somebody else. */
async function openExclusively(
  path: string,
  {fd}: FileHandle,
  signal: AbortSignal | undefined,
): Promise<FileHandle | undefined> {
  const deadline = performance.now() + EXCLUSIVE_PATIENCE_MS;
  for (;;) {
    try {
      return await open(`/proc/self/fd/${fd}`, constants.O_RDONLY | constants.O_EXCL);
    } catch (error) {
      if (codeOf(error) !== 'EBUSY') throw deviceError('io', `cannot open ${path} exclusively`, error);
    }
    if (signal?.aborted) throw new BdsyncError('cancelled', `${path} was not held: cancelled`);
    if (performance.now() >= deadline) return undefined;
    await sleep(EXCLUSIVE_RETRY_MS);
  }
}
