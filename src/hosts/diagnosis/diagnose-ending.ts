import {codeOf, messageOf} from '../../errors.js';
import {endText} from '../child/child-ending.js';
import type {ChildEnd} from '../host.js';
import {HostError} from '../host-error.js';

/**
 * What an ending without a status says, wherever the program runs; undefined for one with a status.
 * `file` is the word that was to be started here, `role` what it is: `program`, `connection command`.
 */
export function diagnoseEnding(request: {
  readonly end: ChildEnd;
  readonly errorLines: readonly string[];
  readonly describe: string;
  readonly file: string;
  readonly role: 'program' | 'connection command';
}): HostError | undefined {
  const {end, errorLines, describe} = request;
  switch (end.kind) {
    case 'exit':
      return undefined;
    case 'signal':
      return new HostError('program-ended', `${describe} ${endText(end)}`, {errorLines});
    case 'aborted':
      return new HostError('cancelled', `${describe} ${endText(end)}`, {errorLines});
    case 'spawn-error':
      return spawnFailure(end.error, request);
    default:
      return end satisfies never;
  }
}

function spawnFailure(error: Error, request: {file: string; role: string}): HostError {
  const isMissing = codeOf(error) === 'ENOENT';
  const what = `the ${request.role} ${JSON.stringify(request.file)}`;
  if (request.role === 'program' && isMissing) {
    return new HostError('command-not-found', `${what} does not exist on this machine`, {
      cause: error,
      hint: 'install it, or give its full path',
    });
  }
  const reason = isMissing
    ? 'it does not exist on this machine'
    : (SPAWN_REASONS[codeOf(error) ?? ''] ?? messageOf(error));
  return new HostError('spawn-failed', `${what} cannot be started: ${reason}`, {cause: error});
}

const SPAWN_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'it is not executable, or in a folder that may not be entered',
  E2BIG: 'its arguments are too long',
  EAGAIN: 'this machine has no room for another process',
  ENOMEM: 'this machine has no memory for another process',
};
