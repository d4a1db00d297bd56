import {userName} from '../../user-name.js';
import {type Device, openDevice} from '../device/device.js';
import {shareTarget} from '../device/share-target.js';
import {holdTarget, type TargetHold} from '../device/target-hold.js';
import {heardLater} from '../heard-later.js';
import type {SealedRequest} from './sealed-request.js';
import {type HeldFacts, identityOf} from './target-state.js';

/** A target that nobody else writes to until this is disposed of. */
export interface OpenTarget extends AsyncDisposable {
  readonly device: Device;
  /** As `lastingIdentity` has it. */
  readonly identity: string;
}

type OpenRequest = Pick<SealedRequest, 'targetPath' | 'isHeld' | 'allowInUse' | 'stateDir' | 'signal'>;

/**
 * Locks the target and opens it while something else is done: programs are waited for, which do not need us. Where that
 * fails, its error counts, and the target is let go.
 */
export async function openTargetDuring<Value>(
  request: OpenRequest,
  work: () => Promise<Value>,
): Promise<{readonly target: OpenTarget; readonly value: Value}> {
  const stop = new AbortController();
  const signal = request.signal ? AbortSignal.any([request.signal, stop.signal]) : stop.signal;
  const opening = heardLater(openTarget({...request, signal}));
  try {
    const value = await work();
    return {target: await opening, value};
  } catch (error) {
    stop.abort();
    await opening.then(
      (target) => target[Symbol.asyncDispose](),
      () => {},
    );
    throw error;
  }
}

async function openTarget(request: OpenRequest): Promise<OpenTarget> {
  const {targetPath, isHeld, signal} = request;
  const hold = isHeld ? await shareTarget(targetPath, signal) : await holdIt(request);
  try {
    const {device, identity} = await openHeld(targetPath, hold.facts);
    return {device, identity, [Symbol.asyncDispose]: () => closeAndLetGo(device, hold)};
  } catch (error) {
    await hold[Symbol.asyncDispose]();
    throw error;
  }
}

async function holdIt({targetPath, allowInUse, stateDir, signal}: OpenRequest): Promise<TargetHold> {
  const holder = `bdsync --sealed of ${userName()}`;
  return await holdTarget(targetPath, {holder, stateDir, allowInUse, signal});
}

async function openHeld(path: string, held: HeldFacts): Promise<Pick<OpenTarget, 'device' | 'identity'>> {
  const device = await openDevice(path, 'write');
  try {
    return {device, identity: await identityOf(device, held)};
  } catch (error) {
    await device[Symbol.asyncDispose]();
    throw error;
  }
}

async function closeAndLetGo(device: AsyncDisposable, hold: AsyncDisposable): Promise<void> {
  try {
    await device[Symbol.asyncDispose]();
  } finally {
    await hold[Symbol.asyncDispose]();
  }
}
