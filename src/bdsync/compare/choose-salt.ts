import {randomBytes} from 'node:crypto';
import {messageOf} from '../../errors.js';
import {BdsyncError} from '../errors.js';

const SALT_BYTES = 32;

/**
 * What goes before each block that is digested: zeros if it is to be fixed, and else something new each time.
 *
 * @throws BdsyncError 'randomness'.
 */
export function chooseSalt(isFixed: boolean, random: (count: number) => Uint8Array = randomBytes): Uint8Array {
  if (isFixed) return new Uint8Array(SALT_BYTES);
  try {
    return random(SALT_BYTES);
  } catch (error) {
    throw new BdsyncError('randomness', `no random salt: ${messageOf(error)}`, {cause: error});
  }
}
