import {messageOf} from '../../errors.js';
import {cancelledError} from '../cancellation.js';
import {BdsyncError} from '../errors.js';

/**
 * The pieces of a patch as `source` brings them. When the consumer stops early, `source` is told (a stream is
 * destroyed then). An abort is heard while a piece is awaited, too, but then it is left to the owner of `source` to end
 * what it waits for.
 *
 * @throws BdsyncError 'read' when `source` fails, 'cancelled' when `signal` aborts.
 */
export async function* patchInput(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void> {
  const pieces = source[Symbol.asyncIterator]();
  try {
    for (;;) {
      const {done, value} = await unlessAborted(nextPiece(pieces), signal);
      if (done) return;
      yield value;
    }
  } finally {
    const told = Promise.resolve(pieces.return?.()).catch(() => {});
    // After an abort, an iterator that still waits for a piece would not answer.
    if (!signal?.aborted) await told;
  }
}

async function nextPiece(pieces: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array, unknown>> {
  try {
    return await pieces.next();
  } catch (error) {
    throw new BdsyncError('read', `cannot read the patch: ${messageOf(error)}`, {cause: error});
  }
}

/** The listener goes with each piece: a race against one lasting promise would keep all that it raced with. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(cancelledError(signal.reason));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, {once: true});
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', cancel));
  });
}
