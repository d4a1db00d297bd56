import {BDSYNC, BDSYNC_MANAGER} from '../support/spawn-program.js';
import type {Guest} from './guest.js';

/** Where a guest has the programs that a run meets on its way, at which something can be made to happen. */
export const FOLDER = '/run/night';

export const MANAGER = `${process.execPath} ${BDSYNC_MANAGER} --config ${FOLDER}/tasks.conf`;

/** A point on the way of a run. */
export type Moment =
  /** Instead of, or right after, the first call of a subcommand of LVM. */
  | {readonly lvm: string; readonly when: 'before' | 'after'}
  /** When the other end has answered that much as `--server`; before it begins as `--patch`. */
  | {readonly role: '--server' | '--patch'; readonly afterBytes: number};

// What stands in `at` happens once, at the first command that fits.
const LVM = `#!/bin/sh
read -r when command <${FOLDER}/at 2>/dev/null || when=
happens() { [ "$when $command" = "$1" ] || return 1; rm ${FOLDER}/at; . ${FOLDER}/event; }
happens "before $1" && exit 1
/sbin/lvm "$@"; status=$?
happens "after $1"
exit $status
`;

// A connection without a shell that reads the words again.
const VIA = `#!/bin/sh
read -r when role bytes <${FOLDER}/at 2>/dev/null || when=
case "$when $*" in
  role\\ *"$role"*)
    rm ${FOLDER}/at
    [ "$bytes" != 0 ] || . ${FOLDER}/event
    "$@" | { dd bs=1 count="$bytes" status=none; [ "$bytes" = 0 ] || . ${FOLDER}/event; cat; } ;;
  *) exec "$@" ;;
esac
`;

const BDSYNC_AT_FAR_END = `#!/bin/sh\nexec ${process.execPath} ${BDSYNC} "$@"\n`;

/** Keys of a task that reads from a snapshot, and meets the moments of LVM. */
export const WITH_LVM = `lvm_snapshot_enabled = yes\nlvm_program_path = ${FOLDER}/lvm\n`;
/** Keys of a task that meets the moments of the other end, too. */
export const WITH_FAR_END = `connection_command = ${FOLDER}/via
connection_quoting = none
remote_bdsync_bin = ${FOLDER}/bdsync
`;

/** Puts the configuration and the programs in place. */
export async function prepareRuns(guest: Guest, configuration: string): Promise<void> {
  await guest.sh(`mkdir -p ${FOLDER}
    echo 'activation/retry_deactivation=0' >>/etc/lvm/lvmlocal.conf
    ${files({lvm: LVM, via: VIA, bdsync: BDSYNC_AT_FAR_END, 'tasks.conf': configuration})}
    chmod +x ${FOLDER}/lvm ${FOLDER}/via ${FOLDER}/bdsync`);
}

/** Runs a task, and at a moment of it a script; resolves to all that was printed, with the status at its end. */
export async function runWith(guest: Guest, task: string, moment: Moment, event: string): Promise<string> {
  return await guest.sh(`${start(task, moment, event)}
    wait $(cat ${FOLDER}/pid) && status=0 || status=$?
    if [ -e ${FOLDER}/at ]; then echo 'it never came to that moment'; rm ${FOLDER}/at; fi
    cat ${FOLDER}/log; echo "status $status"`);
}

/** Kills a run with SIGKILL at a moment of it. */
export async function runAndKill(guest: Guest, task: string, moment: Moment): Promise<void> {
  const output = await runWith(guest, task, moment, `kill -KILL "$(cat ${FOLDER}/pid)"\n`);
  if (!output.endsWith('status 137')) throw new Error(`the run was not killed:\n${output}`);
}

/** Starts a run that stays at a moment of it; resolves to what was printed when it is there. */
export async function runUntil(guest: Guest, task: string, moment: Moment): Promise<string> {
  return await guest.sh(`rm -f ${FOLDER}/there
    ${start(task, moment, `touch ${FOLDER}/there; sleep 600\n`)}
    until [ -e ${FOLDER}/there ]; do kill -0 $(cat ${FOLDER}/pid) || { cat ${FOLDER}/log; exit 1; }; sleep 0.1; done
    cat ${FOLDER}/log`);
}

/** Runs the program to its end. */
export async function runManager(guest: Guest, words: string): Promise<{status: number; output: string}> {
  const {status, stdout} = await guest.run(['sh', '-c', `exec ${MANAGER} ${words} 2>&1`]);
  return {status, output: stdout.trim()};
}

function start(task: string, moment: Moment, event: string): string {
  const at = 'lvm' in moment ? `${moment.when} ${moment.lvm}` : `role ${moment.role} ${moment.afterBytes}`;
  return `${files({at: `${at}\n`, event})}
    ${MANAGER} --task '${task}' --log-level info >${FOLDER}/log 2>&1 & echo $! >${FOLDER}/pid`;
}

function files(texts: Readonly<Record<string, string>>): string {
  return Object.entries(texts)
    .map(([name, text]) => `cat >${FOLDER}/${name} <<'END'\n${text}END`)
    .join('\n');
}
