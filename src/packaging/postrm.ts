/**
 * What outlives runs goes with `purge`, and only then. Notes of what was interrupted are an exception: they are what
 * leads to a target between old and new, to the patch and the journal that complete it, or to a snapshot that fills up.
 */
export const POSTRM = `#!/bin/sh
set -e

state=/var/lib/bdsync-manager

if [ "$1" = purge ] && [ -d "$state" ]; then
  if [ -n "$(find "$state/temporary" "$state/incomplete" -type f 2>/dev/null)" ]; then
    echo "bdsync-manager: $state stays: it has notes of runs that were interrupted" >&2
    echo "bdsync-manager: they name targets that are incomplete, patches that complete them, or snapshots" >&2
  else
    rm -rf "$state"
  fi
fi

exit 0
`;
