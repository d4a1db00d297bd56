import {execFileSync} from 'node:child_process';
import {runCommand} from './spawn-program.js';

/** Why no processes can be kept among themselves here, with pids that can be had again at will; undefined when they can. */
export const noPidNamespace: string | undefined = findReason();

function findReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'a pid namespace needs root';
  try {
    execFileSync('unshare', ['-pf', '--mount-proc', 'sh', '-c', 'echo 100 > /proc/sys/kernel/ns_last_pid'], {
      stdio: 'pipe',
    });
    return undefined;
  } catch {
    return 'no pid namespace can be made here, or no pid be chosen in it';
  }
}

/**
 * What a module for Node.js writes to standard output, as JSON, where nobody but it and what it starts has a pid. It can
 * import `#dist/…`. With `keepsProc`, it finds the pids of this machine in /proc, which are not its own.
 */
export async function inPidNamespace(
  module: string,
  {keepsProc = false}: {readonly keepsProc?: boolean} = {},
): Promise<unknown> {
  const words = ['-pf', ...(keepsProc ? [] : ['--mount-proc']), process.execPath, '--input-type=module', '-e', module];
  const {stdout, stderr} = await runCommand('unshare', words);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}
