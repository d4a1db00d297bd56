import {MARKS_FOLDER} from '../bdsync/device/target-mark.js';
import {NOTES_FOLDER} from '../bdsync/device/target-note.js';
import {HISTORY_FOLDER} from '../tasks/history/history-places.js';
import {LEFTOVERS_FOLDER} from '../tasks/state/leftovers.js';
import {LOCKS_FOLDER} from '../tasks/state/run-lock.js';
import {SHELL_OF_SCHEDULES} from './shell-of-schedules.js';

const STATE_FOLDERS = [LEFTOVERS_FOLDER, MARKS_FOLDER, HISTORY_FOLDER, LOCKS_FOLDER, NOTES_FOLDER];

/**
 * What outlives runs goes with `purge`, and only then, and so does what `install` wrote to start the program. Notes of
 * what was interrupted are an exception: they are what leads to a target between old and new, to the patch and the
 * journal that complete it, or to a snapshot that fills up. What the program has not made stays, too: patches that other
 * machines store below that folder, say, or copies.
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
  if [ -n "$(find "$state/${LEFTOVERS_FOLDER}" "$state/${MARKS_FOLDER}" -type f 2>/dev/null)" ]; then
    echo "bdsync-manager: $state stays: it has notes of runs that were interrupted" >&2
    echo "bdsync-manager: they name targets that are incomplete, patches that complete them, or snapshots" >&2
  elif [ -d "$state" ]; then
    for part in ${STATE_FOLDERS.join(' ')}; do rm -rf "$state/$part"; done
    rmdir "$state" 2>/dev/null || echo "bdsync-manager: $state stays: it has files that bdsync-manager did not make" >&2
  fi
fi

if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
fi

exit 0
`;
