import {randomBytes} from 'node:crypto';
import {type FileHandle, open, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {messageOf} from '../../errors.js';
import {type GateWait, OWN_WRITES} from '../../write-gate.js';
import {HostError} from '../host-error.js';

/**
 * A file without a name that holds `text`, to be the standard input of a child. What Node calls a pipe is a socket, which
 * a program cannot open by /dev/stdin, and which breaks when it is not read; a file is read or left, at any time.
 *
 * @throws HostError 'spawn-failed' when there is room for it nowhere, 'cancelled' when the signal aborts before that.
 */
export async function openInputFile(
  text: string,
  {folders = [tmpdir(), '/dev/shm'], signal}: Pick<GateWait, 'signal'> & {readonly folders?: readonly string[]} = {},
): Promise<FileHandle> {
  try {
    return await OWN_WRITES.pass(() => writeInputFile(text, folders), {signal});
  } catch (error) {
    if (error instanceof HostError || !signal?.aborted) throw error;
    throw new HostError('cancelled', 'the input of a program was not written: we were told to stop', {cause: error});
  }
}

async function writeInputFile(text: string, folders: readonly string[]): Promise<FileHandle> {
  const faults: string[] = [];
  for (const folder of folders) {
    const path = join(folder, `bdsync-manager-input-${randomBytes(8).toString('hex')}`);
    try {
      await writeFile(path, text, {flag: 'wx', mode: 0o600});
      return await open(path, 'r');
    } catch (error) {
      faults.push(messageOf(error));
    } finally {
      await rm(path, {force: true}).catch(() => {});
    }
  }
  throw new HostError('spawn-failed', `there is no room for the input of a program: ${faults.join('; ')}`);
}
