import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {serverCommand} from './run-bdsync.js';

/** A shell script for REMSHCMD; `$SERVER` in it is our server. Returns its path. */
export async function serverScript(folder: string, lines: string): Promise<string> {
  const path = join(folder, 'server.sh');
  await writeFile(path, `#!/bin/sh\n${lines.replaceAll('$SERVER', serverCommand())}\n`);
  await chmod(path, 0o755);
  return path;
}
