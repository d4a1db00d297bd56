import {constants} from 'node:fs';
import {FileLockError, tryLockFile} from '../../file-lock.js';
import {BdsyncError} from '../errors.js';
import {type DeviceFacts, openDeviceHandle} from './device-facts.js';

/** A share in a target that somebody else holds, until it is disposed of. */
export interface TargetShare extends AsyncDisposable {
  readonly facts: DeviceFacts;
}

/**
 * Keeps a target that somebody holds for us, for as long as we write it: when that one is killed meanwhile, nobody else
 * gets the target before we are done. Both have a shared lock, and whoever wants to hold the target needs an exclusive
 * one. Whether it still is held for us when this returns is for that one to say.
 *
 * @throws BdsyncError 'target-locked' when it is held in a way that leaves no room for us; 'io'; 'cancelled'.
 */
export async function shareTarget(path: string, signal: AbortSignal | undefined): Promise<TargetShare> {
  const {handle, facts} = await openDeviceHandle(path, constants.O_RDONLY);
  try {
    if (await tryLockFile(handle, {shared: true, ...(signal && {signal})})) {
      return {facts, [Symbol.asyncDispose]: () => handle.close()};
    }
  } catch (error) {
    await handle.close();
    if (signal?.aborted) throw new BdsyncError('cancelled', `${path} was not locked: cancelled`, {cause: error});
    if (!(error instanceof FileLockError)) throw error;
    throw new BdsyncError('io', `cannot lock ${path}: ${error.message}`, {hint: error.hint, cause: error});
  }
  await handle.close();
  throw new BdsyncError('target-locked', `${path} is not held for us any more, but by another program`);
}
