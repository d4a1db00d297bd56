import {generatePatch, type DiffOptions, type SealRequest} from '../bdsync/client.js';
import {openDevice} from '../bdsync/device/device.js';
import {diffDevices} from '../bdsync/local-diff.js';
import {BdsyncError} from '../bdsync/errors.js';
import type {Child} from '../hosts/host.js';
import {sizeRemedy} from './ends/size-remedy.js';
import {diffWithNativeClient} from './programs/native-client.js';
import type {DiffOutcome} from './diff-outcome.js';
import {startServer} from './programs/server.js';
import type {DeviceSizes} from '../bdsync/compare/agree-on-sizes.js';
import type {TaskContext} from './task-context.js';
import {TaskError} from './task-error.js';

/** Who gets the patch of a comparison. */
export interface PatchTaker {
  /**
   * Called when the other end has answered, before the first bytes: what it takes to write may be started. A native
   * client does not tell the sizes now.
   */
  begin(sizes?: DeviceSizes): void;
  /** Resolves when more may come. */
  write(bytes: Uint8Array): Promise<void>;
}

/** Compares the source with the target and hands the patch on as it grows. A native client makes no seal. */
export async function diff(
  context: TaskContext,
  sourcePath: string,
  taker: PatchTaker,
  seal?: SealRequest,
): Promise<DiffOutcome> {
  const {plan, host} = context;
  return host.isLocal && plan.client.kind === 'built-in'
    ? await diffHere(context, plan.client.options, sourcePath, taker, seal)
    : await diffWithServer(context, sourcePath, taker, seal);
}

/** Both are on this machine: they are compared as they are, without a server and without digests. */
async function diffHere(
  {plan, meter, signal, teller, watchdog}: TaskContext,
  options: DiffOptions,
  sourcePath: string,
  taker: PatchTaker,
  seal: SealRequest | undefined,
): Promise<DiffOutcome> {
  watchdog.waitingFor = `the comparison of ${sourcePath} with ${plan.target.path}`;
  await using source = await openDevice(sourcePath, 'read');
  await using target = await openDevice(plan.target.path, 'read');
  taker.begin({sourceBytes: source.sizeBytes, targetBytes: target.sizeBytes});
  try {
    return await diffDevices({
      source,
      target,
      options,
      seal,
      writePatch: (bytes) => taker.write(bytes),
      onWarning: (message) => teller.log('warning', message),
      onProgress: ({comparedBytes, totalBytes, patchBytes}) => {
        // Nothing that the meter counts moves while all is equal.
        meter.noteSignOfLife();
        teller.progress(meter, comparedBytes, totalBytes, patchBytes);
      },
      signal,
    });
  } catch (error) {
    if (error instanceof BdsyncError && error.code === 'size-mismatch') throw explainSizes(error);
    throw error;
  }
}

async function diffWithServer(
  context: TaskContext,
  sourcePath: string,
  taker: PatchTaker,
  seal: SealRequest | undefined,
): Promise<DiffOutcome> {
  const {plan, host, watchdog, signal} = context;
  await using server = await startServer(context);
  watchdog.waitingFor = `bdsync --server on ${host.name}, which reads ${plan.target.path}`;
  let sinkFailure: unknown;
  const watched: PatchTaker = {
    begin: (sizes) => taker.begin(sizes),
    async write(bytes) {
      try {
        await taker.write(bytes);
      } catch (error) {
        sinkFailure = error;
        throw error;
      }
    },
  };
  try {
    const outcome =
      plan.client.kind === 'native'
        ? await diffWithNativeClient(context, plan.client, server.child, sourcePath, watched)
        : await diffBuiltIn(context, plan.client.options, server.child, sourcePath, watched, seal);
    await server.finish();
    return outcome;
  } catch (error) {
    if (sinkFailure !== undefined || signal.aborted) throw sinkFailure ?? error;
    if (error instanceof BdsyncError && error.code === 'size-mismatch') throw explainSizes(error);
    throw await server.explain(error);
  }
}

async function diffBuiltIn(
  {plan, meter, signal, teller}: TaskContext,
  options: DiffOptions,
  server: Child,
  sourcePath: string,
  taker: PatchTaker,
  seal: SealRequest | undefined,
): Promise<DiffOutcome> {
  await using source = await openDevice(sourcePath, 'read');
  return await generatePatch({
    channel: {input: server.stdout, output: server.stdin},
    source,
    remotePath: plan.target.path,
    options,
    seal,
    writePatch: (bytes) => taker.write(bytes),
    onSize: (sizes) => taker.begin(sizes),
    onWarning: (message) => teller.log('warning', message),
    onProgress: ({comparedBytes, totalBytes, patchBytes}) =>
      teller.progress(meter, comparedBytes, totalBytes, patchBytes),
    signal,
  });
}

function explainSizes(cause: BdsyncError): TaskError {
  return new TaskError('size-mismatch', cause.message, {
    cause,
    hint: sizeRemedy(),
  });
}
