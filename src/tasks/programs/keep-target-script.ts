/**
 * Lines of a shell script that keep the target `"$1"` with a lock for as long as the script, and whatever takes its place,
 * runs: for a program that does not do so itself. Whoever holds the target for us shares it; anybody else is refused, with
 * the status of our bdsync for that. Then `ready` is told. Where flock(1) is missing, or the file system knows no locks,
 * nothing is locked.
 */
export const KEEP_TARGET = `if [ -r "$1" ]; then exec 9< "$1"; ${tryLock('-s')} || exit 14; fi; echo ready`;

/**
 * Fails when somebody else has a lock on descriptor 9. Whoever only asks whether a target is free has one for a moment, as
 * udev has. flock says nothing when it is refused, and something when it cannot lock at all, busybox's as well.
 */
export function tryLock(kind: '-s' | '-x'): string {
  const isSettled = `said=$(flock ${kind} -n 9 2>&1) || [ "$said" ]`;
  return `{ tries=0; until ${isSettled}; do tries=$((tries + 1)); [ $tries -lt 4 ] || break; sleep 1; done; [ $tries -lt 4 ]; }`;
}
