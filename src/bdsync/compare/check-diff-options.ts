import {BdsyncError} from '../errors.js';
import {type DigestAlgorithm, findDigest} from '../hash/digest.js';
import {MAX_STEP_BYTES} from '../hash/step-limit.js';
import {type DiffOptions, LARGE_BLOCK_FACTOR, topStepBytes} from './diff-options.js';

/**
 * The digest to use, when all options are right.
 *
 * @throws BdsyncError 'invalid-parameters', and 'checksum' for a checksum that is unknown here.
 */
export function checkDiffOptions(options: DiffOptions): DigestAlgorithm {
  const {blockBytes, digest, checksum} = options;
  if (!Number.isInteger(blockBytes) || blockBytes < 1 || topStepBytes(options) > MAX_STEP_BYTES) {
    const maxBytes = options.twoPass ? MAX_STEP_BYTES / LARGE_BLOCK_FACTOR : MAX_STEP_BYTES;
    throw new BdsyncError('invalid-parameters', `bad block size ${blockBytes}, expected 1 to ${maxBytes} bytes`);
  }
  if (checksum !== undefined && !findDigest(checksum)) {
    throw new BdsyncError('checksum', `unknown checksum '${checksum}'`);
  }
  const algorithm = findDigest(digest);
  if (!algorithm) throw new BdsyncError('invalid-parameters', `unknown digest '${digest}'`);
  return algorithm;
}
