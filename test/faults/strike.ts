import {type FaultWorld, kill} from './fault-world.js';
import type {Role, WorldProcess} from './world-processes.js';

/** Whom a kill hits; `all` is everything on both machines at once, as when the power fails. */
export type Victim = Exclude<Role, 'other'> | 'all';

/** Sends SIGKILL to the process of a role that carries another one, or is it. How many it hit. */
export function strikeCarrier(world: FaultWorld, victim: Victim, carried: WorldProcess): number {
  if (victim === 'all') return strikeAll(world);
  const processes = world.processes();
  const isHit = (process: WorldProcess): boolean => {
    if (process.role !== victim) return false;
    // What carries a program to another machine names what it is to do.
    if (victim === 'ssh') return process.words.some((word) => word.includes(optionOf(carried)));
    return !SEVERAL.includes(victim) || isCarrier(process.pid, carried.pid, processes);
  };
  return processes.filter(isHit).filter(({pid}) => kill(pid, 'SIGKILL')).length;
}

const SEVERAL: readonly Victim[] = ['sshd'];

function optionOf({words}: WorldProcess): string {
  return words.find((word) => /^--(?:sealed|hold|server|patch)/.test(word))?.replace(/=.*/s, '') ?? '';
}

/** Stopped first, so that nobody sees the end of anybody else. */
export function strikeAll(world: FaultWorld): number {
  const stopped = new Set<number>();
  for (let found = world.processes(); found.some(({pid}) => !stopped.has(pid)); found = world.processes()) {
    for (const {pid} of found) {
      kill(pid, 'SIGSTOP');
      stopped.add(pid);
    }
  }
  return [...stopped].filter((pid) => kill(pid, 'SIGKILL')).length;
}

/** Whether a process is, or has started, the one that is meant. */
function isCarrier(pid: number, carried: number, processes: readonly WorldProcess[]): boolean {
  const parents = new Map(processes.map((entry) => [entry.pid, entry.parentPid]));
  for (let next: number | undefined = carried; next !== undefined; next = parents.get(next)) {
    if (next === pid) return true;
  }
  return false;
}
