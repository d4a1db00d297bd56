import {performance} from 'node:perf_hooks';
import {openDevice} from '../../bdsync/device/device.js';
import type {Sample} from '../../bdsync/verify/sample-extents.js';
import type {VerifyOptions, VerifyProgress, VerifyResult} from '../../bdsync/verify/findings.js';
import {verifyDevices} from '../../bdsync/verify/verify-devices.js';
import {verifyWithServer} from '../../bdsync/verify/verify-with-server.js';
import type {ConsistentSource} from '../ends/snapshot.js';
import {orLostSource} from '../flows.js';
import {startServer} from '../programs/server.js';
import {roundMs} from '../round-ms.js';
import type {TaskContext} from '../task-context.js';
import {requireEqual} from './require-equal.js';
import {type Verification, verificationText} from './verification.js';

/** What is compared of both ends, and who hears what came of it: it is told also where both differ. */
export interface VerifyWish {
  readonly sample: Sample | undefined;
  readonly onDone: (verification: Verification) => void;
}

/**
 * Compares what is read with the target, without writing anything. This is always done by the built-in engine here and
 * by SHA-256, whatever the task compares with.
 *
 * @throws TaskError 'verify-failed' where they differ, and what reading them throws.
 */
export async function verifyEnds(
  context: TaskContext,
  source: ConsistentSource,
  {sample, onDone}: VerifyWish,
): Promise<void> {
  const {plan, teller, host} = context;
  const startedAt = performance.now();
  teller.enter('verify');
  const options: VerifyOptions = {
    blockBytes: plan.client.options.blockBytes,
    sample,
    ignoresSizes: plan.sizePolicy.mode === 'minsize',
    flushCache: plan.client.options.flushCache,
  };
  const result = await whileNotLost(context, source, (kept) =>
    host.isLocal ? verifyHere(kept, source.path, options) : verifyThere(kept, source.path, options),
  );
  await source.requireValid(context.signal);
  const method = host.isLocal ? 'bytes' : 'sha256';
  const verification: Verification = {...result, method, sample, timeMs: roundMs(performance.now() - startedAt)};
  onDone(verification);
  requireEqual(verification, plan, host.name);
  if (options.ignoresSizes && result.sourceBytes !== result.targetBytes) {
    teller.note('source and target were compared as far as both reach');
  }
  teller.note(verificationText(verification));
}

async function whileNotLost(
  context: TaskContext,
  source: ConsistentSource,
  work: (context: TaskContext) => Promise<VerifyResult>,
): Promise<VerifyResult> {
  const lost = new AbortController();
  void source.lost.then((failure) => lost.abort(failure));
  try {
    return await work({...context, signal: AbortSignal.any([context.signal, lost.signal])});
  } catch (error) {
    throw await orLostSource(lost.signal.aborted ? lost.signal.reason : error, source, context.signal);
  }
}

async function verifyHere(context: TaskContext, sourcePath: string, options: VerifyOptions): Promise<VerifyResult> {
  const {plan, meter, watchdog, signal} = context;
  watchdog.waitingFor = `the comparison of ${sourcePath} with ${plan.target.path}`;
  await using source = await openDevice(sourcePath, 'read');
  await using target = await openDevice(plan.target.path, 'read');
  const tell = progressTeller(context);
  return await verifyDevices({
    source,
    target,
    options,
    onProgress: (progress) => {
      // Nothing that the meter counts moves.
      meter.noteSignOfLife();
      tell(progress);
    },
    signal,
  });
}

async function verifyThere(context: TaskContext, sourcePath: string, options: VerifyOptions): Promise<VerifyResult> {
  const {plan, host, watchdog, signal} = context;
  await using server = await startServer(context);
  watchdog.waitingFor = `bdsync --server on ${host.name}, which reads ${plan.target.path}`;
  try {
    await using source = await openDevice(sourcePath, 'read');
    const result = await verifyWithServer({
      channel: {input: server.child.stdout, output: server.child.stdin},
      source,
      remotePath: plan.target.path,
      options,
      onProgress: progressTeller(context),
      signal,
    });
    await server.finish();
    return result;
  } catch (error) {
    throw signal.aborted ? error : await server.explain(error);
  }
}

function progressTeller({teller, meter}: TaskContext): (progress: VerifyProgress) => void {
  return ({comparedBytes, totalBytes}) => teller.progress(meter, comparedBytes, totalBytes, 0);
}
