import {BdsyncError} from './errors.js';

export function cancelledError(): BdsyncError {
  return new BdsyncError('cancelled', 'the comparison was cancelled');
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledError();
}
