import {BdsyncError} from './errors.js';

/** `reason` is that of the signal, where there is one. */
export function cancelledError(reason?: unknown): BdsyncError {
  return new BdsyncError('cancelled', 'cancelled', {cause: reason});
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelledError(signal.reason);
}
