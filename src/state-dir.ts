import {homedir} from 'node:os';
import {join} from 'node:path';

/** The usual one of root. */
export const ROOT_STATE_DIR = '/var/lib/bdsync-manager';

/**
 * The folder for what must outlive a run when none is configured: systemd's $STATE_DIRECTORY for a service that has
 * one, /var/lib/bdsync-manager for root, else bdsync-manager in $XDG_STATE_HOME, which is ~/.local/state when it is not
 * set. Undefined for a user without a home folder. Nothing is created.
 */
export function defaultStateDir(): string | undefined {
  const [ofService] = (process.env['STATE_DIRECTORY'] ?? '').split(':');
  if (ofService?.startsWith('/')) return ofService;
  if (process.getuid?.() === 0) return ROOT_STATE_DIR;
  const stateHome = usualStateHome();
  return stateHome === undefined ? undefined : join(stateHome, 'bdsync-manager');
}

function usualStateHome(): string | undefined {
  const stateHome = process.env['XDG_STATE_HOME'];
  // The XDG specification: a path that is not absolute is to be ignored.
  if (stateHome?.startsWith('/')) return stateHome;
  try {
    return join(homedir(), '.local', 'state');
  } catch {
    // A user id that the table of users does not have.
    return undefined;
  }
}
