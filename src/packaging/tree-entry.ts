/** A file or a symbolic link of the package, by its path below the root. */
export type TreeEntry =
  | {readonly kind: 'file'; readonly path: string; readonly mode: number; readonly content: Buffer}
  | {readonly kind: 'link'; readonly path: string; readonly target: string};

export function fileEntry(path: string, content: Buffer | string, mode = 0o644): TreeEntry {
  return {kind: 'file', path, mode, content: Buffer.from(content)};
}
