import type {Host} from '../../hosts/host.js';
import {TaskError} from '../task-error.js';

// Refuses to follow or overwrite what appeared meanwhile (set -C); keeps holes; leaves nothing when it fails. When it is
// killed it may leave a file without a size, which planTargetChange takes for what it is. Whoever writes into it syncs the
// file: its name is a matter of the folder. Older programs sync everything.
const CREATE_SCRIPT = [
  'umask 077',
  'set -C',
  ': > "$1" || exit 1',
  'truncate -s "$2" -- "$1" || dd if=/dev/null "of=$1" bs=1 "seek=$2" || { rm -f -- "$1"; exit 1; }',
  'folder=$(dirname -- "$1")',
  'sync -- "$1" "$folder" 2>/dev/null || sync',
].join('; ');

/** Creates a missing target as a file of holes with the source's size. */
export async function createTarget(host: Host, path: string, sizeBytes: number, signal: AbortSignal): Promise<void> {
  const {status, stderr} = await host.run(['sh', '-c', CREATE_SCRIPT, 'sh', path, String(sizeBytes)], {
    signal,
    describe: `creating ${path}`,
  });
  if (status !== 0) {
    throw new TaskError('target-unusable', `cannot create the target ${path} on ${host.name}`, {
      hint: 'the user on that host needs the right to write its folder, and the file system room for such a file',
      errorLines: stderr.split('\n').filter((line) => line !== ''),
    });
  }
}
