import {readdirSync, readFileSync, readlinkSync} from 'node:fs';

/** One line of proc(5) /proc/PID/stat, as far as it is needed here. */
export interface ProcessEntry {
  readonly pid: number;
  readonly name: string;
  /** A zombie has ended; only its parent has not asked for its status yet. */
  readonly isZombie: boolean;
  readonly parentPid: number;
  readonly groupId: number;
  readonly sessionId: number;
  /** Used by itself in user and kernel mode. */
  readonly cpuTicks: number;
  /** With the pid, it names a process for as long as the machine runs: pids come again. */
  readonly startTicks: number;
}

/** All processes of this machine that we may see; none when we are out of file descriptors, or /proc is not ours. */
export function readProcessTable(): Map<number, ProcessEntry> {
  const table = new Map<number, ProcessEntry>();
  if (!hasOurNumbers()) return table;
  for (const name of processFolders()) {
    if (!/^\d+$/.test(name)) continue;
    const entry = readEntry(Number(name));
    if (entry !== undefined) table.set(entry.pid, entry);
  }
  return table;
}

/**
 * Whoever was put into a pid namespace of its own, and kept the /proc of the one before, has other pids than are found
 * there: whom they lead to here is chance.
 */
function hasOurNumbers(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid);
  } catch {
    return false;
  }
}

function processFolders(): string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}

/** Undefined when there is no such process (any more), or /proc is not ours. */
export function readProcess(pid: number): ProcessEntry | undefined {
  return hasOurNumbers() ? readEntry(pid) : undefined;
}

function readEntry(pid: number): ProcessEntry | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

function parseStat(text: string): ProcessEntry {
  // pid (name) state ppid pgrp session …; the name may itself hold blanks and parentheses.
  const nameEnd = text.lastIndexOf(')');
  const fields = text.slice(nameEnd + 2).split(' ');
  const numberAt = (index: number): number => Number(fields[index]);
  return {
    pid: Number.parseInt(text, 10),
    name: text.slice(text.indexOf('(') + 1, nameEnd),
    isZombie: fields[0] === 'Z' || fields[0] === 'X',
    parentPid: numberAt(1),
    groupId: numberAt(2),
    sessionId: numberAt(3),
    cpuTicks: numberAt(11) + numberAt(12),
    startTicks: numberAt(19),
  };
}
