import {randomBytes} from 'node:crypto';
import {asError, messageOf} from '../../errors.js';
import type {StoredCheck} from '../report.js';
import {ROOM_FUNCTION} from '../room/free-room.js';
import {PatchRoom} from '../room/patch-room.js';
import type {ApplicationRecord, FileRecord, Leftover} from '../state/leftover.js';
import type {Leftovers} from '../state/leftovers.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {type PatchSink, sinkOf} from './child-sink.js';
import {type LateSink, lateSink} from './late-sink.js';
import {removeSettledPatch} from './remove-patch.js';
import {SentBytes} from './sent-bytes.js';
import {verifyStored} from './verify-stored.js';

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
