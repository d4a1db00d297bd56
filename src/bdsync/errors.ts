import {ExpectedError} from '../errors.js';

/**
 * What can go wrong in a comparison or a patch. The first thirteen are the failures that the original program tells
 * apart by its exit status, in the order of these statuses (1 … 13); the others are known to this one alone.
 */
export type BdsyncErrorCode =
  | 'invalid-parameters'
  | 'invalid-patch'
  | 'size-mismatch'
  | 'protocol'
  | 'checksum'
  | 'read'
  | 'randomness'
  | 'process'
  | 'write'
  | 'digest'
  | 'transmission'
  | 'io'
  | 'connection'
  | 'target-locked'
  | 'target-in-use'
  | 'target-changed'
  | 'unfinished'
  | 'journal'
  | 'patch-unreadable'
  | 'cancelled';

/** An expected failure of the engine: the devices, the peer, the patch or the parameters are not as they must be. */
export class BdsyncError extends ExpectedError<BdsyncErrorCode> {}
