import type {Device} from '../device/device.js';
import {BdsyncError} from '../errors.js';
import {sizeRemedy, type SizePolicy} from '../size-policy.js';

export interface SizeWish {
  readonly sizePolicy: SizePolicy;
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * The size that a target shall have in the end, when the patch has the data of a device of `patchBytes`.
 *
 * @throws BdsyncError 'size-mismatch'.
 */
export function settleSize(
  target: Pick<Device, 'path' | 'kind' | 'sizeBytes'>,
  patchBytes: number,
  {sizePolicy, onWarning}: SizeWish,
): number {
  if (target.sizeBytes === patchBytes) return target.sizeBytes;
  const difference = `Different sizes current=${target.sizeBytes} patch=${patchBytes}`;
  if (sizePolicy.mode === 'strict') {
    throw new BdsyncError('size-mismatch', difference, {hint: sizeRemedy(target.kind)});
  }
  if (sizePolicy.warn) onWarning?.(difference);
  if (sizePolicy.mode === 'minsize') return target.sizeBytes;
  if (target.kind === 'file') return patchBytes;
  const wish = `from ${target.sizeBytes} to ${patchBytes} bytes`;
  throw new BdsyncError('size-mismatch', `cannot resize ${target.path} ${wish}: it is a block device`);
}
