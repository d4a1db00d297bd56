import type {Host} from '../../hosts/host.js';
import {TaskError} from '../task-error.js';

// Leaves alone what became as large meanwhile.
const GROW_SCRIPT = [
  'size=$(stat -L -c %s -- "$1") || exit 1',
  'if [ "$size" -ge "$2" ]; then exit 0; fi',
  'truncate -c -s "$2" -- "$1" || dd if=/dev/null "of=$1" bs=1 "seek=$2"',
].join('; ');

/** Makes an image file larger, with a hole. */
export async function growFile(host: Host, path: string, sizeBytes: number, signal: AbortSignal): Promise<void> {
  const {status, stderr} = await host.run(['sh', '-c', GROW_SCRIPT, 'sh', path, String(sizeBytes)], {
    signal,
    describe: `growing ${path}`,
  });
  if (status !== 0) {
    throw new TaskError('target-unusable', `cannot grow the target ${path} on ${host.name}`, {
      hint: 'its file system may not take files of that size, or a limit may hold for the user there',
      errorLines: stderr.split('\n').filter((line) => line !== ''),
    });
  }
}
