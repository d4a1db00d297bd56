import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';

/** The home folder of the current user, or of the named one as /etc/passwd has it; undefined when it tells none. */
export function homeFolderOf(user?: string): string | undefined {
  try {
    return user === undefined ? homedir() : homeInUserTable(readFileSync('/etc/passwd', 'utf8'), user);
  } catch {
    // A container may have no table of users, or one without the user who runs in it.
    return undefined;
  }
}

function homeInUserTable(table: string, user: string): string | undefined {
  for (const line of table.split('\n')) {
    // name:password:uid:gid:comment:home:shell
    const [name, , , , , home] = line.split(':');
    if (name === user && home !== undefined && home !== '') return home;
  }
  return undefined;
}
