import {existsSync} from 'node:fs';

/** Bundled or not, a module is at most so many folders below its package. */
const MAX_DEPTH = 6;

let root: URL | undefined;

/** Where a file of this package is, by its path in it. Modules move when they are bundled; the package's files do not. */
export function packageFile(path: string): URL {
  root ??= packageRoot();
  return new URL(path, root);
}

function packageRoot(): URL {
  let folder = new URL('./', import.meta.url);
  for (let depth = 0; depth < MAX_DEPTH && !existsSync(new URL('package.json', folder)); depth += 1) {
    folder = new URL('../', folder);
  }
  return folder;
}
