import {codeOf, messageOf} from '../../errors.js';
import {BdsyncError, type BdsyncErrorCode} from '../errors.js';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EDQUOT: 'disk quota exceeded',
  EFBIG: 'the file system cannot hold a file of this size',
  EIO: 'input/output error of the device',
  EISDIR: 'it is a folder',
  ELOOP: 'too many symbolic links',
  ENOENT: 'it does not exist',
  ENOSPC: 'no space left',
  ENOTDIR: 'a part of the path is no folder',
  EPERM: 'operation not permitted',
  EROFS: 'it is on a read-only file system',
};

/** `trouble` with what the operating system says about it, in words. */
export function deviceError(code: BdsyncErrorCode, trouble: string, cause: unknown): BdsyncError {
  return new BdsyncError(code, `${trouble}: ${REASONS[codeOf(cause) ?? ''] ?? messageOf(cause)}`, {cause});
}
