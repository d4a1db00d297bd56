import {readFileSync} from 'node:fs';
import {basename} from 'node:path';
import {type ProcessEntry, readProcessTable} from '#dist/hosts/child/process-table.js';

/** What a process is in a run. */
export type Role =
  | 'manager'
  | 'client'
  | 'server'
  | 'hold'
  | 'storing'
  | 'applier'
  | 'patcher'
  | 'ssh'
  | 'sshd'
  | 'other';

export interface WorldProcess {
  readonly pid: number;
  readonly parentPid: number;
  readonly role: Role;
  readonly words: readonly string[];
}

/**
 * All processes of the runs in a folder, on both of the machines that this one stands for: their environment names the
 * folder, or they are what the sshd of `sshdFolder` has started.
 */
export function worldProcesses(
  folder: string,
  {sshdFolder, strangers}: {readonly sshdFolder: string | undefined; readonly strangers: ReadonlySet<string>},
): WorldProcess[] {
  const table = readProcessTable();
  const listener = sshdFolder === undefined ? undefined : findListener(table, sshdFolder);
  return [...table.values()].flatMap((entry) => {
    if (entry.isZombie || entry.pid === listener || strangers.has(nameOf(entry))) return [];
    const isSshd = entry.name.startsWith('sshd') && listener !== undefined && descends(entry, listener, table);
    if (!isSshd && !readProc(entry.pid, 'environ').includes(folder)) return [];
    const words = readProc(entry.pid, 'cmdline').split('\0').slice(0, -1);
    return [{pid: entry.pid, parentPid: entry.parentPid, role: isSshd ? 'sshd' : roleOf(words), words}];
  });
}

/** Those that run now, in a form for `worldProcesses`: none of them needs to be looked at again. */
export function presentProcesses(): ReadonlySet<string> {
  return new Set([...readProcessTable().values()].map(nameOf));
}

function nameOf({pid, startTicks}: ProcessEntry): string {
  return `${pid} ${startTicks}`;
}

function findListener(table: ReadonlyMap<number, ProcessEntry>, sshdFolder: string): number | undefined {
  const isListener = ({pid, name}: ProcessEntry): boolean =>
    name.startsWith('sshd') && readProc(pid, 'cmdline').includes(sshdFolder);
  return [...table.values()].find(isListener)?.pid;
}

function descends(entry: ProcessEntry, ancestor: number, table: ReadonlyMap<number, ProcessEntry>): boolean {
  for (let next: ProcessEntry | undefined = entry; next; next = table.get(next.parentPid)) {
    if (next.parentPid === ancestor) return true;
  }
  return false;
}

function roleOf(words: readonly string[]): Role {
  const program = basename(words[0] ?? '');
  if (program === 'ssh') return 'ssh';
  if (words.some((word) => word.startsWith('umask 077; set -C'))) return 'storing';
  if (program === 'sh') return 'other';
  if (words.some((word) => word.endsWith('/bdsync-manager.js'))) return 'manager';
  const has = (option: string): boolean => words.some((word) => word === option || word.startsWith(`${option}=`));
  if (has('--sealed')) return 'applier';
  if (has('--hold')) return 'hold';
  if (has('--server')) return 'server';
  if (has('--patch')) return 'patcher';
  // The original program has no word of its own for the role.
  return program === 'bdsync' && words.length > 2 ? 'client' : 'other';
}

function readProc(pid: number, name: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
