import type {FailureDetails} from '../../errors.js';
import {BdsyncError} from '../errors.js';

/** The peer does not keep to the protocol; `message` says what came and what was due. */
export function protocolError(message: string, details?: FailureDetails): BdsyncError {
  return new BdsyncError('protocol', message, details);
}
