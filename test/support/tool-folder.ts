import {accessSync, constants} from 'node:fs';
import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {temporaryFolder} from './temporary-folder.js';

/** Where the program is on this machine; undefined when it is not installed. */
export function findTool(name: string): string | undefined {
  const candidates = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** For a search path of its own: a folder with these programs of this machine, or of its busybox, and these scripts. */
export async function toolFolder(
  names: readonly string[],
  options: {readonly from?: string | undefined; readonly scripts?: Readonly<Record<string, string>>} = {},
): Promise<string> {
  const folder = join(await temporaryFolder(), 'tools');
  await mkdir(folder);
  for (const name of names) {
    const program = findTool(options.from ?? name);
    if (program === undefined) throw new Error(`${name} is not installed`);
    await symlink(program, join(folder, name));
  }
  for (const [name, text] of Object.entries(options.scripts ?? {})) {
    await writeFile(join(folder, name), `#!/bin/sh\n${text}\n`, {mode: 0o755});
  }
  return folder;
}
