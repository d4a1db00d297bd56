import {OWN_MARK} from '../tasks/schedule/own-mark.js';
import {UNITS} from '../tasks/schedule/schedule-places.js';
import {HOME} from './home.js';

/**
 * Functions of the package's scripts. `written` prints the services and the files for cron that `bdsync-manager install`
 * wrote for the program of this package, one a line; `timers` the names of the timers that start that program, the
 * package's own among them, unless an administrator has another one in its place.
 */
export const SHELL_OF_SCHEDULES = `units=/${UNITS}

is_written() {
  [ -f "$1" ] && head -n 1 "$1" | grep -q '^${OWN_MARK} install '
}

written() {
  for file in "$units"/*.service /etc/cron.d/*; do
    if is_written "$file" && grep -q -F ' /${HOME}/bin/bdsync-manager.js run ' "$file"; then echo "$file"; fi
  done
}

timers() {
  [ -e "$units/bdsync-manager.service" ] || echo bdsync-manager
  for service in $(written); do
    case "$service" in *.service) basename "$service" .service ;; esac
  done
}
`;
