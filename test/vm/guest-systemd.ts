import type {Guest} from './guest.js';

/**
 * Starts systemd in a guest, as the first process of a namespace of its own, with a journal and without whatever else
 * the distribution starts. `systemctl` and `journalctl` work in the guest from then on.
 */
export async function startSystemd(guest: Guest): Promise<void> {
  await guest.sh(`mount -t cgroup2 cgroup2 /sys/fs/cgroup
    units=/usr/lib/systemd/system
    rm -rf /etc/systemd/system/* $units/*.wants/* $units/*.requires/* /run/systemd
    : >/etc/fstab
    printf '[Journal]\\nStorage=volatile\\n' >/etc/systemd/journald.conf
    # Nobody manages device nodes here, and a service has another environment than the guest.
    mkdir -p /etc/systemd/system.conf.d
    printf '[Manager]\\nDefaultEnvironment=DM_DISABLE_UDEV=1\\n' >/etc/systemd/system.conf.d/guest.conf
    container=other setsid unshare --pid --fork --mount-proc --propagation unchanged \
      /usr/lib/systemd/systemd --unit=basic.target --log-target=null --show-status=0 >/dev/null 2>&1 &
    until init=$(pgrep -P $!); do sleep 0.1; done
    # It talks only to processes that it sees.
    printf '#!/bin/sh\nexec nsenter --target %s --mount --pid --root --wd /usr/bin/systemctl "$@"\n' $init >/usr/local/sbin/systemctl
    chmod 755 /usr/local/sbin/systemctl
    for attempt in $(seq 60); do
      systemctl start systemd-journald.service 2>/run/systemctl.log && exit 0
      sleep 0.5
    done
    cat /run/systemctl.log >&2
    exit 1`);
}
