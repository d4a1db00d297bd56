import {resolve} from 'node:path';
import {quoteWord} from '../../../hosts/quote.js';
import {parseSyncSource, parseSyncTarget} from './sync-target.js';
import {UsageError} from '../usage-error.js';

/**
 * The task that `sync SOURCE TARGET` means, in the keys of a configuration file; `given` are those that were given as
 * options.
 * @throws {UsageError}
 */
export function syncTaskValues(
  source: string,
  target: string,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const {login, path} = parseSyncTarget(target);
  const values: Record<string, string> = {source_path: parseSyncSource(source), target_path: path, ...given};
  if (login !== undefined) {
    if (values['connection_command'] !== undefined) {
      throw new UsageError(
        `TARGET '${target}' names a host, and so does --connection-command`,
        'with --connection-command, TARGET is the path alone',
      );
    }
    values['connection_command'] = `ssh ${quoteWord(login)}`;
  }
  if (values['target_patch_dir'] === undefined) values['apply_patch_in_place'] = 'yes';
  return values;
}

/** Names the run in messages and in its lock, which is one for the same two ends, whatever folder it is started in. */
export function syncTaskName(source: string, target: string): string {
  const {login} = parseSyncTarget(target);
  return `${resolve(source)} to ${login === undefined ? resolve(target) : target}`;
}
