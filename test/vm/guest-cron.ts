import type {Guest} from './guest.js';

/** The cron of a guest, which mails to a file. */
export interface GuestCron {
  /** Lets a job's hour come at once, and returns the mail that it sent: empty for a job that printed nothing. */
  nightOf(jobTime: string): Promise<string>;
}

/** Starts Debian's cron with a file of /etc/cron.d. */
export async function startCron(guest: Guest, crontab: string): Promise<GuestCron> {
  await guest.sh(`mkdir -p /run/mail
    printf '#!/bin/sh\\ncat >>/run/mail/box\\n' >/usr/sbin/sendmail
    chmod 755 /usr/sbin/sendmail
    # What the distribution has there would run as well.
    rm -f /etc/cron.d/* && : >/etc/crontab
    cat >/etc/cron.d/bdsync-manager <<'END'\n${crontab}END`);
  return {nightOf: (jobTime) => nightOf(guest, jobTime)};
}

/**
 * cron looks at its tables once a minute, so that the clock is set to just before the job's; on a busy machine it may
 * start too late for that, and the night comes again. It forks for each job: the night is over when it has no children.
 */
function nightOf(guest: Guest, jobTime: string): Promise<string> {
  return guest.sh(`: >/run/mail/box
    # Without starting a program, as it is asked all the time.
    has_children() { child=; { read -r child _ </proc/$daemon/task/$daemon/children; } 2>/dev/null; [ -n "$child" ]; }
    for lead in 2 5 10; do
      date --set "$(date -d "${jobTime} tomorrow $lead seconds ago" '+%F %T')" >/dev/null
      cron -f >/dev/null 2>&1 & daemon=$!
      for _ in $(seq $(((lead + 2) * 5))); do has_children && break; sleep 0.2; done
      if has_children; then
        while has_children; do sleep 0.2; done
        kill $daemon
        cat /run/mail/box
        exit
      fi
      kill $daemon
    done
    echo 'cron did not start anything' >&2
    exit 1`);
}
