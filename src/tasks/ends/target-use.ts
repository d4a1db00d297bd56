import {tryLock} from '../programs/keep-target-script.js';
import type {TaskContext} from '../task-context.js';
import {refusal} from './hold-answer.js';

// Prints what the kernel there says of the device, each use in a line: what is built on it or on a partition of it,
// where it is mounted, that it is swap; of a file, that a loop device shows it. Where /sys and /proc tell nothing,
// nothing is printed. Before that, whether somebody has a lock on it: only a file that is open for writing can be locked
// on NFS, and a block device that was open for writing wakes udev. One line in the end: not every login shell takes more.
const USE_SCRIPT = `
(if [ -b "$1" ]; then exec 9< "$1"; elif [ -w "$1" ]; then exec 9<> "$1"; else exit; fi; ${tryLock('-x')} || echo locked; if [ "$said" ]; then echo lockless; fi);
if [ "$2" ]; then exit; fi;
number() { echo $((0x$(stat -L -c %t -- "$1"))):$((0x$(stat -L -c %T -- "$1"))); };
if [ -b "$1" ]; then
  all=$(number "$1");
  for part in /sys/dev/block/$all/*/partition; do
    if [ -e "$part" ]; then all="$all $(cat "\${part%/*}/dev")"; fi;
  done;
  for n in $all; do
    for holder in /sys/dev/block/$n/holders/*; do
      if [ -e "$holder" ]; then echo "used by \${holder##*/}"; fi;
    done;
    while read -r _ _ mounted _ where _; do
      if [ "$mounted" = $n ]; then echo "used, mounted on $where"; fi;
    done < /proc/self/mountinfo;
    for list in mounts swaps; do
      while read -r device _; do
        if [ -b "$device" ] && [ "$(number "$device")" = $n ]; then echo "used, as /proc/$list tells"; fi;
      done < /proc/$list;
    done;
  done;
else
  for file in /sys/block/loop*/loop/backing_file; do
    if [ -e "$file" ] && [ "$1" -ef "$(cat "$file")" ]; then
      file=\${file%/loop/*}; echo "used by \${file##*/}";
    fi;
  done;
fi
`
  .trim()
  .replaceAll(/\s*\n\s*/g, ' ');

/**
 * Refuses a target that is in use on a host whose bdsync cannot tell: as far as the kernel there shows it, at this
 * moment. And one that a program still writes which a killed run has started: it has a lock, where there are locks.
 *
 * @throws TaskError 'target-in-use', 'target-locked'
 */
export async function refuseUse({plan, host, signal}: TaskContext): Promise<{readonly knowsLocks: boolean}> {
  const {path} = plan.target;
  const {stdout} = await host.run(['sh', '-c', USE_SCRIPT, 'sh', path, plan.allowTargetInUse ? 'allowed' : ''], {
    signal,
    describe: `looking for users of ${path}`,
  });
  if (/^locked$/m.test(stdout)) {
    const who = 'by another program, or by one that an interrupted run has started';
    throw refusal('target-locked', `${path} on ${host.name} is held ${who}`);
  }
  const use = /^used,? (.*)$/m.exec(stdout)?.[1];
  if (use !== undefined) throw refusal('target-in-use', `${path} on ${host.name} is in use: ${use}`);
  return {knowsLocks: !/^lockless$/m.test(stdout)};
}
