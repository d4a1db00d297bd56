import {identifyPath, identityText, type LocalIdentity} from '../../device-identity.js';
import {BdsyncError} from '../errors.js';
import type {Device} from './device.js';
import type {DeviceFacts} from './device-facts.js';

/**
 * What a device that was opened is, which must be what is held.
 *
 * @throws BdsyncError 'io' when another one has its path by now.
 */
export async function requireHeld(
  {path, descriptor}: Pick<Device, 'path' | 'descriptor'>,
  held: Pick<DeviceFacts, 'identity'>,
): Promise<LocalIdentity> {
  const identity = await identifyPath(`/proc/self/fd/${descriptor}`);
  if (!identity) throw new BdsyncError('io', `cannot tell what ${path} is: /proc does not show it`);
  if (held.identity === identityText(identity)) return identity;
  throw new BdsyncError('io', `${path} was removed or replaced while it was being locked`);
}
