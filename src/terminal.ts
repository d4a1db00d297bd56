import {closeSync, openSync, readFileSync, readlinkSync} from 'node:fs';
import {basename} from 'node:path';

/**
 * Whether a person can be asked for a password on a terminal of ours, wherever standard input comes from. A run that is
 * to outlive its terminal has none to ask on.
 */
export function hasTerminal(): boolean {
  if (isHangupIgnored()) return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether we were started in a way that is to survive SIGHUP, by nohup(1) or a shell that ignores it. Node takes it back
 * before the first line of a program, so that the signals ignored now do not tell; what surrounds us does.
 */
export function isHangupIgnored(): boolean {
  return isStartedByNohup(process.env) || hasUnreadableInput() || ignoresHangup(process.ppid);
}

/** bash, zsh and ksh leave the file of the command that they started in `$_`; nohup hands it on. */
function isStartedByNohup({_: file = ''}: NodeJS.ProcessEnv): boolean {
  return basename(file) === 'nohup';
}

const ACCESS_MODE_MASK = 0o3;
const WRITE_ONLY = 0o1;

/** nohup of GNU takes a terminal away from standard input by a /dev/null that is open for writing alone. */
function hasUnreadableInput(): boolean {
  try {
    const [, flags = ''] = /^flags:\s*(\d+)$/m.exec(readFileSync('/proc/self/fdinfo/0', 'latin1')) ?? [];
    const isUnreadable = (Number.parseInt(flags, 8) & ACCESS_MODE_MASK) === WRITE_ONLY;
    return isUnreadable && readlinkSync('/proc/self/fd/0') === '/dev/null';
  } catch {
    return false;
  }
}

/** A script under nohup, or one that says `trap '' HUP`; what such a parent starts inherits it. */
function ignoresHangup(pid: number): boolean {
  try {
    const [, ignored = ''] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    // Signal 1 is the lowest bit.
    return (Number.parseInt(ignored.slice(-1), 16) & 1) === 1;
  } catch {
    return false;
  }
}
