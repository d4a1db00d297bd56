/**
 * Defines a shell function `folder`, which tells in one line what a folder is known by also when its file system was
 * mounted again, for `parseFolderIdentity`: the id of the file system and the inode. Nothing where a program for it is
 * missing, or what is in the folder does not outlive its mount.
 */
export const FOLDER_FUNCTION =
  'folder() { case $(stat -f -c %T -- "$1/." 2>/dev/null) in "" | tmpfs | ramfs) ;; ' +
  '*) printf "folder %s:%s\\n" "$(stat -f -c %i -- "$1/." 2>/dev/null)" "$(stat -c %i -- "$1/." 2>/dev/null)";; esac; }';

/** What `folder` told, among other lines. Undefined where it cannot be told. */
export function parseFolderIdentity(lines: readonly string[]): string | undefined {
  for (const line of lines) {
    const [, identity] = FOLDER_LINE.exec(line) ?? [];
    if (identity !== undefined) return identity;
  }
  return undefined;
}

const FOLDER_LINE = /^folder ([\da-f]+:\d+)$/i;

/** Whether what was stored in a folder is out of sight: another one is at its place. False where that is not known. */
export function isOtherFolder(recorded: string | undefined, found: string | undefined): boolean {
  return recorded !== undefined && found !== undefined && recorded !== found;
}
