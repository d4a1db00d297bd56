/** A signal that aborts some time after another one did, and with its reason; never, if the program ends before. */
export function delayedSignal(signal: AbortSignal, delayMs: number): AbortSignal {
  const delayed = new AbortController();
  const wait = (): void => void setTimeout(() => delayed.abort(signal.reason), delayMs).unref();
  if (signal.aborted) wait();
  else signal.addEventListener('abort', wait, {once: true});
  return delayed.signal;
}
