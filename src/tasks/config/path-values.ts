import {KeyFault} from './key-fault.js';
import {quoted} from './quoted.js';

/** The home folder of a user of this machine, of the current one without a name; undefined when there is none. */
export type HomeFolderOf = (user?: string) => string | undefined;

/** A path on this machine: `~` and `~user` at its start are home folders, as the shell has it. */
export function localPath(text: string, homeFolderOf: HomeFolderOf): string {
  const [start = '', user] = /^~([^/]*)/.exec(text) ?? [];
  if (start === '') return pathForPrograms(text);
  const home = user === '' ? homeFolderOf() : homeFolderOf(user);
  // As the shell: where there is no such user, a file may well have this name.
  if (home === undefined) return text;
  return home.replace(/\/+$/, '') + text.slice(start.length) || '/';
}

/**
 * A path on the target's host. Commands there start in the home folder, so that `~/` can go; it must, because a quoted
 * `~` means nothing to any shell.
 *
 * @throws KeyFault for `~user`, which only a shell on that host could resolve.
 */
export function remotePath(text: string): string {
  const underHome = pathUnderHome(text);
  if (underHome === undefined) return pathForPrograms(text);
  return underHome === '' ? '.' : pathForPrograms(underHome);
}

/** A program on the target's host: a bare name is looked up in its PATH. Throws KeyFault as remotePath does. */
export function remoteProgram(text: string): string {
  const underHome = pathUnderHome(text);
  // Not the bare rest: `bdsync` alone would be looked up in PATH instead of the home folder.
  return underHome === undefined ? text : `./${underHome}`;
}

function pathUnderHome(text: string): string | undefined {
  if (!text.startsWith('~')) return undefined;
  const [, user = '', rest = ''] = /^~([^/]*)\/*(.*)$/s.exec(text) ?? [];
  if (user === '') return rest;
  throw new KeyFault(`${quoted(`~${user}`)} cannot be resolved on the target's host`, {
    hint: 'write the path in full, or with ~/ for the home folder of the user who logs in there',
  });
}

/** No program takes a path that begins with `./` for an option. */
function pathForPrograms(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}
