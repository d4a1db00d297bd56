import {SHELL_OF_SCHEDULES} from './shell-of-schedules.js';

/**
 * Switches nothing on. Timers that were switched on before go on where an earlier removal stopped them, and which link
 * `purge` has to take away is noted.
 */
export const POSTINST = `#!/bin/sh
set -e

${SHELL_OF_SCHEDULES}
case "$1" in
configure | abort-upgrade | abort-deconfigure | abort-remove)
  deb-systemd-helper update-state bdsync-manager.timer >/dev/null || true
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    timers | while read -r name; do
      [ ! -L "$units/timers.target.wants/$name.timer" ] || deb-systemd-invoke start "$name.timer" >/dev/null || true
    done
  fi
  ;;
esac

exit 0
`;
