import {BDSYNC, BDSYNC_MANAGER} from '../support/spawn-program.js';
import type {Guest} from './guest.js';

export interface SshSetUp {
  /** A name for the guest itself, as another machine. */
  readonly host: string;
  /** Root may log in there as this user, who is made if missing, with a home of his own. */
  readonly user: string;
}

/**
 * An OpenSSH server on the guest's loopback, known to root, with root's default key accepted: `ssh USER@HOST` works.
 * Both programs are in /usr/local/bin, as after an installation.
 */
export async function startSshServer(guest: Guest, {host, user}: SshSetUp): Promise<void> {
  await installPrograms(guest);
  await guest.sh(`busybox ifconfig lo 127.0.0.1 up
    echo '127.0.0.1 ${host}' >>/etc/hosts
    id '${user}' >/dev/null 2>&1 || useradd --create-home --shell /bin/sh --password '*' '${user}'
    umask 077
    mkdir -p /run/sshd ~/.ssh ~${user}/.ssh
    [ -e ~/.ssh/id_ed25519 ] || ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519
    cat ~/.ssh/id_ed25519.pub >>~${user}/.ssh/authorized_keys
    chown -R '${user}:' ~${user}/.ssh
    # What is in there takes seconds on some machines, at each connection.
    rm -f ~${user}/.bashrc
    [ -e /run/sshd/key ] || ssh-keygen -q -t ed25519 -N '' -f /run/sshd/key
    echo "${host} $(cat /run/sshd/key.pub)" >>~/.ssh/known_hosts
    [ -e /run/sshd.pid ] || /usr/sbin/sshd -f /dev/null -h /run/sshd/key -o PidFile=/run/sshd.pid
    until [ "$(ssh -o BatchMode=yes '${user}@${host}' id -nu 2>/dev/null)" = '${user}' ]; do sleep 0.1; done`);
}

/** Both programs of this checkout, where an installation puts them. */
export async function installPrograms(guest: Guest): Promise<void> {
  for (const [name, path] of Object.entries({bdsync: BDSYNC, 'bdsync-manager': BDSYNC_MANAGER})) {
    await guest.sh(`echo '#!/bin/sh\nexec ${process.execPath} ${path} "$@"' >/usr/local/bin/${name}
      chmod 755 /usr/local/bin/${name}`);
  }
}

/**
 * From now on, all connections to a login share one, which is made as any other is; disposal ends it. In a guest, to
 * connect takes longer than most of what a run asks of the other end.
 */
export async function shareConnection(guest: Guest, login: string): Promise<AsyncDisposable> {
  await guest.sh(`grep -qs ControlPath /etc/ssh/ssh_config ||
      printf 'Host *\\nControlPath /run/ssh-%%C\\n' >>/etc/ssh/ssh_config
    ssh -M -N -f '${login}' >/dev/null 2>&1`);
  return {
    [Symbol.asyncDispose]: async () => {
      await guest.sh(`ssh -O exit '${login}' 2>/dev/null`);
    },
  };
}
