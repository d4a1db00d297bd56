import {fstatSync} from 'node:fs';
import type {LogLevel} from '../../log.js';

/** The priorities of syslog(3). */
const PRIORITY_OF: Readonly<Record<LogLevel, number>> = {debug: 7, info: 6, warning: 4, error: 3};

/** Puts the prefix of sd-daemon(3) before each line, by which the journal knows how grave it is. */
export function withPriority(level: LogLevel, lines: string): string {
  return lines.replaceAll(/^(?!$)/gm, `<${PRIORITY_OF[level]}>`);
}

/** Whether a descriptor leads to the journal: systemd.exec(5), $JOURNAL_STREAM, which what we start inherits as well. */
export function leadsToJournal(descriptor: number, env: NodeJS.ProcessEnv): boolean {
  const [, device, inode] = /^(\d+):(\d+)$/.exec(env['JOURNAL_STREAM'] ?? '') ?? [];
  if (device === undefined || inode === undefined) return false;
  try {
    const {dev, ino} = fstatSync(descriptor, {bigint: true});
    return dev === BigInt(device) && ino === BigInt(inode);
  } catch {
    return false;
  }
}
