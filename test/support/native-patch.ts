import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import type {DiffOptions} from '#dist/bdsync/client.js';
import {nativeBdsync} from './native-bdsync.js';

/** The patch that the original client writes in `folder`, whatever the sizes, talking to the server of this command. */
export async function nativePatch(folder: string, options: DiffOptions, serverCommand?: string): Promise<Buffer> {
  const native = nativeBdsync ?? '';
  const words = ['--diffsize=resize', `--blocksize=${options.blockBytes}`, `--hash=${options.digest}`];
  if (options.checksum !== undefined) words.push(`--checksum=${options.checksum}`);
  if (options.fixedSalt) words.push('--fixedsalt');
  if (options.twoPass) words.push('--twopass');
  if (options.remoteData) words.push('--remdata');
  if (options.flushCache) words.push('--flushcache');
  words.push(serverCommand ?? `${native} --server`, 'local.img', 'remote.img');
  const {stdout} = await promisify(execFile)(native, words, {cwd: folder, encoding: 'buffer', maxBuffer: 64 << 20});
  return stdout;
}
