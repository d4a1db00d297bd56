import {SHELL_OF_SCHEDULES} from './shell-of-schedules.js';

/**
 * Before the programs go, what starts them is stopped, and so is a run that is under way: it removes its snapshots while
 * it still can. What `install` wrote stays, as configuration does, and it is said what becomes of that.
 */
export const PRERM = `#!/bin/sh
set -e

${SHELL_OF_SCHEDULES}
if [ "$1" = remove ]; then
  if [ -d /run/systemd/system ]; then
    timers | while read -r name; do deb-systemd-invoke stop "$name.timer" "$name.service" >/dev/null || true; done
  fi
  written | while read -r file; do
    echo "bdsync-manager: $file starts runs, and they will fail: remove it, or purge the package, which does that" >&2
  done
fi

exit 0
`;
