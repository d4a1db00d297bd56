import {HostError} from './host-error.js';

/** What keeps a program from being started at all. */
export function checkStart(words: readonly string[], signal: AbortSignal | undefined, describe: string): void {
  if (signal?.aborted) throw new HostError('cancelled', `${describe} was not started: we were told to stop`);
  if (words.length === 0) throw new HostError('spawn-failed', `${describe} cannot be started: the command is empty`);
  const bad = words.find((word) => word.includes('\0'));
  if (bad !== undefined) {
    throw new HostError('spawn-failed', `${describe} cannot be started: ${JSON.stringify(bad)} contains a NUL`);
  }
}
