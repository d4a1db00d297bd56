import {readFileSync} from 'node:fs';
import {readProcess} from '../../hosts/child/process-table.js';

/** Names a process for good: pids come again, and so do boots. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in ticks of the kernel's clock since the boot. */
  readonly startTicks: number;
  /** Of the kernel, anew with each boot. */
  readonly bootId: string;
}

/** This process; undefined where /proc does not tell. */
export function ownIdentity(): ProcessIdentity | undefined {
  return identityOf(process.pid);
}

/** Whether a process is still there. */
export function isAlive(identity: ProcessIdentity): boolean {
  const found = identityOf(identity.pid);
  return found?.startTicks === identity.startTicks && found.bootId === identity.bootId;
}

function identityOf(pid: number): ProcessIdentity | undefined {
  const entry = readProcess(pid);
  if (entry === undefined || entry.isZombie) return undefined;
  try {
    return {pid, startTicks: entry.startTicks, bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()};
  } catch {
    return undefined;
  }
}
