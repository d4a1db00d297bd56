import {SHELL_OF_SCHEDULES} from './shell-of-schedules.js';

/**
 * What outlives runs goes with `purge`, and only then, and so does what `install` wrote to start the program. Notes of
 * what was interrupted are an exception: they are what leads to a target between old and new, to the patch and the
 * journal that complete it, or to a snapshot that fills up.
 */
export const POSTRM = `#!/bin/sh
set -e

${SHELL_OF_SCHEDULES}
state=/var/lib/bdsync-manager

if [ "$1" = purge ]; then
  stamps=/var/lib/systemd/timers
  written | while read -r file; do
    rm -f "$file"
    case "$file" in *.service)
      name=$(basename "$file" .service)
      if is_written "$units/$name.timer"; then
        rm -f "$units/$name.timer" "$units/timers.target.wants/$name.timer" "$stamps/stamp-$name.timer"
      fi
      ;;
    esac
  done
  # Whoever has a timer of that name without us keeps it.
  if [ ! -e "$units/bdsync-manager.timer" ]; then
    deb-systemd-helper purge bdsync-manager.timer >/dev/null || true
    rm -f "$stamps/stamp-bdsync-manager.timer"
  fi
  if [ -n "$(find "$state/temporary" "$state/incomplete" -type f 2>/dev/null)" ]; then
    echo "bdsync-manager: $state stays: it has notes of runs that were interrupted" >&2
    echo "bdsync-manager: they name targets that are incomplete, patches that complete them, or snapshots" >&2
  else
    rm -rf "$state"
  fi
fi

if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
fi

exit 0
`;
