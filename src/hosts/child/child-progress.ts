import {readFile} from 'node:fs/promises';
import type {Child} from '../host.js';
import {ProcessTree} from './process-tree.js';
import type {ProcessEntry} from './process-table.js';

/** Its keep-alive packets are bytes read and written, too, and say nothing about the far end's work. */
const CARRIER_NAME = 'ssh';

/**
 * A stamp that differs from an earlier one when a local process of the child's tree has used the CPU, read or written
 * since, or one came or went. Of another user's processes (sudo's) only the CPU time can be seen, and ssh itself does
 * not count: what moves through it, a traffic meter knows. Never rejects; empty when nobody is left.
 */
export async function childProgress(child: Pick<Child, 'pid'>): Promise<string> {
  if (child.pid === undefined) return '';
  const members = new ProcessTree(child.pid).members();
  const stamps = members.filter((entry) => entry.name !== CARRIER_NAME).map(processStamp);
  return (await Promise.all(stamps)).toSorted().join(' ');
}

async function processStamp(entry: ProcessEntry): Promise<string> {
  return `${entry.pid}:${entry.startTicks}:${entry.cpuTicks}:${await bytesMoved(entry.pid)}`;
}

/** Sum over all kinds of reading and writing in proc(5) /proc/PID/io; 0 when it may not be read. */
async function bytesMoved(pid: number): Promise<number> {
  try {
    const text = await readFile(`/proc/${pid}/io`, 'latin1');
    return [...text.matchAll(/^\w+: (\d+)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
  } catch {
    return 0;
  }
}
