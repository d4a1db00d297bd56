import {type DeviceIdentity, identityText} from '../../device-identity.js';
import type {Claim} from './claim.js';

/** On a device or a file, by whichever path and connection it is reached. */
export function deviceClaim(identity: DeviceIdentity, mode: Claim['mode']): Claim {
  return {key: `device ${identity.bootId} ${identityText(identity)}`, mode};
}
