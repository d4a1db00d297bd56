import {BdsyncError} from '../errors.js';
import {sizeRemedy} from '../size-policy.js';
import type {SizePolicy} from '../size-policy.js';

/** Bytes; `source` is the local device, `target` the other one, whichever of them the patch is for. */
export interface DeviceSizes {
  readonly sourceBytes: number;
  readonly targetBytes: number;
}

/**
 * How much of either device counts.
 *
 * @throws BdsyncError 'size-mismatch'.
 */
export function agreeOnSizes(
  {sourceBytes, targetBytes}: DeviceSizes,
  {mode, warn}: SizePolicy,
  onWarning?: (message: string) => void,
): {readonly localBytes: number; readonly remoteBytes: number} {
  const sizes = {localBytes: sourceBytes, remoteBytes: targetBytes};
  if (sourceBytes === targetBytes) return sizes;
  const difference = `Different sizes local=${sourceBytes} remote=${targetBytes}`;
  if (mode === 'strict') {
    throw new BdsyncError('size-mismatch', difference, {hint: sizeRemedy()});
  }
  if (warn) onWarning?.(difference);
  if (mode === 'resize') return sizes;
  const commonBytes = Math.min(sourceBytes, targetBytes);
  return {localBytes: commonBytes, remoteBytes: commonBytes};
}
