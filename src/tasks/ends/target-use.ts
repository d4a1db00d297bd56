import type {TaskContext} from '../task-context.js';
import {refusal} from './hold-answer.js';

// Prints what the kernel there says of the device, each use in a line: what is built on it or on a partition of it,
// where it is mounted, that it is swap; of a file, that a loop device shows it. Where /sys and /proc tell nothing,
// nothing is printed. One line in the end: not every login shell takes more.
const USE_SCRIPT = `
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
 * moment.
 *
 * @throws TaskError 'target-in-use'
 */
export async function refuseUse({plan, host, signal}: TaskContext): Promise<void> {
  if (plan.allowTargetInUse) return;
  const {path} = plan.target;
  const {stdout} = await host.run(['sh', '-c', USE_SCRIPT, 'sh', path], {
    signal,
    describe: `looking for users of ${path}`,
  });
  const use = /^used,? (.*)$/m.exec(stdout)?.[1];
  if (use !== undefined) throw refusal('target-in-use', `${path} on ${host.name} is in use: ${use}`);
}
