import {randomBytes} from 'node:crypto';
import type {Host} from '../../hosts/host.js';
import {messageOf} from '../../errors.js';
import {sinkOf, type PatchSink} from './child-sink.js';
import {lateSink, type LateSink} from './late-sink.js';
import type {ProgramRole} from './explain-ending.js';
import type {ApplicationRecord, FileRecord, Leftover, Leftovers} from '../state/leftovers.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';

/** Cleaning up goes on after an abort, but not for ever on a host that does not answer. */
const REMOVE_TIMEOUT_MS = 60_000;

// set -C: creates, and never writes into a file that is there.
// The whole patch is on its medium before its application may begin. Older programs sync everything.
const STORE_SCRIPT = 'umask 077; set -C; cat > "$1" && { sync "$1" 2>/dev/null || sync; }';

/** A patch file on the target's host, made when its sink begins; removed on disposal, whatever happened. */
export interface StoredPatch extends AsyncDisposable {
  readonly path: string;
  readonly sink: LateSink;
  /** Makes sure that the host has what was sent. */
  verifySize(sentBytes: number): Promise<void>;
  /** Notes, before the power can go, that the patch is about to be applied. */
  beginApplication(how: Omit<ApplicationRecord, keyof FileRecord>): Promise<ApplicationRecord>;
  /** Leaves the patch, with its record, to the next run. */
  keep(): void;
}

export function storePatch(context: TaskContext, patchDir: string, leftovers: Leftovers): StoredPatch {
  const {host, plan, teller} = context;
  const path = `${patchDir.replace(/(?<=.)\/+$/, '')}/patch-${randomBytes(9).toString('base64url')}.bdsync`;
  const {connection, quoting} = plan.target;
  let record: FileRecord | ApplicationRecord = {kind: 'file', connection, quoting, path};
  let isRecorded = false;
  let isKept = false;
  const sink = lateSink(async () => {
    await leftovers.add(record);
    isRecorded = true;
    return await startStoring(context, path);
  });
  return {
    path,
    sink,
    verifySize: (sentBytes) => verifySize(context, path, sentBytes),
    async beginApplication(how) {
      const application: ApplicationRecord = {...how, kind: 'application', connection, quoting, path};
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
        await removeFile(host, path);
        await leftovers.drop(record);
      } catch (error) {
        teller.log(
          'warning',
          `the patch file ${path} could not be removed from ${host.name} and is left to the next run: ${messageOf(error)}`,
        );
      }
    },
  };
}

async function startStoring({host, meter, signal}: TaskContext, path: string): Promise<PatchSink & AsyncDisposable> {
  const describe = `storing the patch on ${host.name}`;
  const child = await host.spawn(['sh', '-c', STORE_SCRIPT, 'sh', path], {meter, signal, describe});
  const role: ProgramRole = {code: 'store-failed', what: 'storing the patch', hostName: host.name, path};
  return {...sinkOf(child, role), [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]()};
}

/** Removes a file on a host; that it is not there is fine. Throws when it may still be there. */
export async function removeFile(host: Host, path: string, signal?: AbortSignal): Promise<void> {
  const {status, stderr} = await host.run(['rm', '-f', '--', path], {
    signal,
    timeoutMs: REMOVE_TIMEOUT_MS,
    describe: `removing ${path}`,
  });
  if (status !== 0) throw new TaskError('store-failed', `cannot remove ${path} on ${host.name}: ${stderr.trim()}`);
}

async function verifySize({host, signal}: TaskContext, path: string, sentBytes: number): Promise<void> {
  const {status, stdout, stderr} = await host.run(['sh', '-c', 'wc -c < "$1"', 'sh', path], {
    signal,
    describe: `size of ${path}`,
  });
  const storedBytes = Number.parseInt(stdout.trim(), 10);
  if (status === 0 && storedBytes === sentBytes) return;
  const found = status === 0 ? `${storedBytes} bytes` : 'nothing that can be read';
  throw new TaskError('store-failed', `${host.name} has ${found} of the patch ${path}, of ${sentBytes} sent`, {
    errorLines: stderr.split('\n').filter((line) => line !== ''),
  });
}
