import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';

/** The home folder of the current user, or of the named one as /etc/passwd has it; undefined when it tells none. */
export function homeFolderOf(user?: string): string | undefined {
  if (user === undefined) return homedir();
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    // name:password:uid:gid:comment:home:shell
    const [name, , , , , home] = line.split(':');
    if (name === user && home !== undefined && home !== '') return home;
  }
  return undefined;
}
