import {randomBytes} from 'node:crypto';
import type {Host} from '../../hosts/host.js';
import {asError, messageOf} from '../../errors.js';
import {FOLDER_FUNCTION, isOtherFolder, parseFolderIdentity} from '../ends/folder-identity.js';
import {sinkOf, type PatchSink} from './child-sink.js';
import {lateSink, type LateSink} from './late-sink.js';
import {SentBytes} from './sent-bytes.js';
import {verifyStored} from './verify-stored.js';
import {ROOM_FUNCTION} from '../room/free-room.js';
import {PatchRoom} from '../room/patch-room.js';
import type {StoredCheck} from '../report.js';
import type {ApplicationRecord, FileRecord, Leftover} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';

/** Cleaning up goes on after an abort, but not for ever on a host that does not answer. */
const REMOVE_TIMEOUT_MS = 60_000;

/** A look at the room costs some milliseconds, and a read brings from some KiB to 1 MiB. */
const READS_PER_LOOK = 2048;

// set -C: creates, and never writes into a file that is there. $2 is the folder.
// dd tells when it came to the end: then it read nothing. Its other figures are of no interest.
// The whole patch is on its medium before its application may begin. Older programs sync everything.
// All is one line, which every login shell passes on.
const STORE_SCRIPT = [
  'umask 077; set -C; LC_ALL=C; export LC_ALL',
  ROOM_FUNCTION,
  `tell() { printf "%s\\n" "$said" | grep -v -e "^[0-9]" -e "partial read"; }`,
  'fail() { room "$1" >&2; tell >&2; exit 1; }',
  'exec 3> "$1"',
  `while room "$2" >&2; do said=$(dd bs=1048576 count=${READS_PER_LOOK} 2>&1 >&3) || fail "$2"`,
  'case $said in "0+0 "*) break;; esac; done; exec 3>&-',
  'said=$(sync "$1" 2>&1) || case $said in *"No space"* | *quota* | *put/output*) fail "$2";; *) sync;; esac',
].join('; ');

/** A patch file on the target's host, made when its sink begins; removed on disposal, whatever happened. */
export interface StoredPatch extends LateSink {
  readonly path: string;
  /** Makes sure that the host has what was sent. */
  verify(): Promise<StoredCheck>;
  /** The same once more, when it has been applied. */
  verifyApplied(): Promise<void>;
  /** Notes, before the power can go, that the patch is about to be applied. */
  beginApplication(how: Omit<ApplicationRecord, keyof FileRecord>): Promise<ApplicationRecord>;
  /** Leaves the patch, with its record, to the next run. */
  keep(): void;
}

export interface StoreRequest {
  readonly patchDir: string;
  /** What the folder is known by, if that can be told. */
  readonly patchFolder?: string | undefined;
  readonly leftovers: Leftovers;
  /** It has a seal, which whoever applies it checks. */
  readonly isSealed: boolean;
}

export function storePatch(
  context: TaskContext,
  {patchDir, patchFolder, leftovers, isSealed}: StoreRequest,
): StoredPatch {
  const {host, plan, teller} = context;
  const {blockBytes} = plan.client.options;
  const room = new PatchRoom({
    folder: patchDir,
    hostName: host.name,
    sealedBlockBytes: isSealed ? blockBytes : undefined,
  });
  const sent = new SentBytes({isDigested: !isSealed});
  const path = `${patchDir.replace(/(?<=.)\/+$/, '')}/patch-${randomBytes(9).toString('base64url')}.bdsync`;
  const {connection, quoting} = plan.target;
  const file: FileRecord = {kind: 'file', connection, quoting, path, ...(patchFolder && {folder: patchFolder})};
  let record: FileRecord | ApplicationRecord = file;
  let isRecorded = false;
  let isKept = false;
  const sink = lateSink(async () => {
    await leftovers.add(record);
    isRecorded = true;
    return await startStoring(context, {path, patchDir, room, sent});
  });
  return {
    ...sink,
    path,
    begin(sizes) {
      room.begin(sizes);
      sink.begin(sizes);
    },
    verify: () => verifyStored(context, path, sent.end()),
    async verifyApplied() {
      await verifyStored(context, path, sent.end(), 'after');
    },
    async beginApplication(how) {
      const application: ApplicationRecord = {...file, ...how, kind: 'application'};
      await leftovers.replace<Leftover>(record, application);
      record = application;
      return application;
    },
    keep() {
      isKept = true;
    },
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      if (!isRecorded || isKept) return;
      try {
        await removeSettledPatch(host, record, leftovers);
      } catch (error) {
        teller.log(
          'warning',
          `the patch file ${path} could not be removed from ${host.name} and is left to the next run: ${messageOf(error)}`,
        );
      }
    },
  };
}

interface Storing {
  readonly path: string;
  readonly patchDir: string;
  readonly room: PatchRoom;
  readonly sent: SentBytes;
}

async function startStoring(
  {host, meter, signal}: TaskContext,
  {path, patchDir, room, sent}: Storing,
): Promise<PatchSink & AsyncDisposable> {
  const child = await host.spawn(['sh', '-c', STORE_SCRIPT, 'sh', path, patchDir], {
    meter,
    signal,
    describe: `storing the patch on ${host.name}`,
    onErrorLine: (line) => room.take(line),
  });
  const sink = sinkOf(child, {code: 'store-failed', what: 'storing the patch', hostName: host.name, path});
  const told = (error: unknown): Error =>
    error instanceof TaskError && error.code === 'disk-full' ? room.full(error) : asError(error);
  const orTold = (work: Promise<void>): Promise<void> => work.catch((error: unknown) => Promise.reject(told(error)));
  return {
    brokenOff: Promise.race([room.tooSmall, sink.brokenOff.then(told)]),
    async write(bytes) {
      sent.add(bytes);
      room.add(bytes.length);
      await orTold(sink.write(bytes));
    },
    async finish() {
      await Promise.race([orTold(sink.finish()), room.tooSmall.then((error) => Promise.reject(error))]);
    },
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

/**
 * Removes a patch that nobody applies any more, and forgets it. Of an application it is noted first that it is over: one
 * that is noted without its files would be taken for a target between old and new.
 */
export async function removeSettledPatch(
  host: Host,
  record: FileRecord | ApplicationRecord,
  leftovers: Leftovers,
): Promise<void> {
  const file = record.kind === 'file' ? record : await noteAsFile(record, leftovers);
  await removePatch(host, file);
  await leftovers.drop(file);
}

async function noteAsFile(record: ApplicationRecord, leftovers: Leftovers): Promise<FileRecord> {
  const {connection, quoting, path, folder} = record;
  const file: FileRecord = {kind: 'file', connection, quoting, path, ...(folder && {folder})};
  await leftovers.replace<Leftover>(record, file);
  return file;
}

// Without its folder it may be on a file system that is not mounted, and where nothing has its name, the folder may be
// what a mount has hidden. That it is gone outlives a power cut where the folder
// can be synced alone: its note goes next, and nobody would know of what comes back.
const REMOVE_SCRIPT = [
  'folder=${1%/*}/; if [ ! -x "$folder." ]; then echo no-folder; exit 1; fi',
  FOLDER_FUNCTION,
  'if [ ! -e "$1" ] && [ ! -e "$1.journal.new" ]; then folder "$folder"; fi',
  'rm -f -- "$1.journal.new" "$1" || exit 1',
  'sync "$folder" 2>/dev/null || true',
].join('; ');

/**
 * Removes a patch that nobody applies, and first the beginning of a journal that a killed applier may have left beside
 * it: as long as there is one, there is the patch. That nothing is there is fine. Throws when anything may still be.
 */
export async function removePatch(
  host: Host,
  {path, folder}: Pick<FileRecord, 'path' | 'folder'>,
  signal?: AbortSignal,
): Promise<void> {
  const {status, stdout, stderr} = await host.run(['sh', '-c', REMOVE_SCRIPT, 'sh', path], {
    signal,
    timeoutMs: REMOVE_TIMEOUT_MS,
    describe: `removing ${path}`,
  });
  const lines = stdout.split('\n');
  const isOther = isOtherFolder(folder, parseFolderIdentity(lines));
  if (status === 0 && !isOther) return;
  const trouble = `cannot remove ${path} on ${host.name}`;
  if (!isOther && !lines.includes('no-folder')) throw new TaskError('store-failed', `${trouble}: ${stderr.trim()}`);
  const why = isOther ? OTHER_FOLDER : 'its folder is not there, or may not be looked into';
  throw new TaskError('patch-dir', `${trouble}: ${why}`, {hint: folderGoneHint(path)});
}

/** Of a folder in which nothing is found of what was stored. */
export const OTHER_FOLDER = 'another folder is at the place of the one that it was stored in';

/** For what is noted, and cannot be looked for. */
export function folderGoneHint(path: string): string {
  return (
    'mount its file system, or give the user on that host the right to look there; where the folder is gone for good, ' +
    `make an empty file ${path}, and the next run forgets what was there`
  );
}
