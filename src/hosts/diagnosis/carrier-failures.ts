import type {HostErrorCode} from '../host-error.js';

/** How a program that carries commands elsewhere tells that it could not. */
export interface CarrierFailure {
  /** Programs that say this. ssh's lines count only with its own status. */
  readonly carriers: readonly string[];
  readonly code: HostErrorCode;
  /** Of one line; what it matches becomes the message. */
  readonly pattern: RegExp;
  readonly hint?: string | ((match: RegExpExecArray) => string);
}

const SSH = ['ssh'];
const SUDO = ['sudo'];
const CONTAINERS = ['docker', 'podman', 'nerdctl'];

/** The first that matches any of the lines is told: what explains most stands first. */
export const CARRIER_FAILURES: readonly CarrierFailure[] = [
  {
    carriers: SSH,
    code: 'host-key',
    pattern: /Host key for (\S+) has changed/,
    hint: (match) => `if that is right, remove the old key with ssh-keygen -R '${match[1]}' and connect once by hand`,
  },
  {
    carriers: SSH,
    code: 'host-key',
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    hint: 'if that is right, remove the old key with ssh-keygen -R and connect once by hand',
  },
  {
    carriers: SSH,
    code: 'host-key',
    pattern: /No \S+ host key is known for \S+/,
    hint: 'connect once by hand as the same user, compare the key and accept it',
  },
  {
    carriers: SSH,
    code: 'host-key',
    pattern: /Host key verification failed/,
    hint: 'connect once by hand as the same user, compare the key and accept it',
  },
  {
    carriers: SSH,
    code: 'login-refused',
    pattern:
      /Permission denied(?:, please try again| \([^)]*\))|Too many authentication failures|No supported authentication methods available/,
    hint: 'check the user name, and that your public key is installed there (ssh-copy-id)',
  },
  {
    carriers: SSH,
    code: 'name-resolution',
    pattern: /Could not resolve hostname .*/,
    hint: "check the host name in the connection command, and this machine's name resolution",
  },
  {
    carriers: SSH,
    code: 'connection-failed',
    pattern: /connect to .* port .*: Connection refused|connect to .*: Connection refused/,
    hint: 'check that an ssh server runs there and listens on this port',
  },
  {
    carriers: SSH,
    code: 'connection-failed',
    pattern: /connect to .*timed out|Connection timed out during banner exchange/,
    hint: 'check that the host is up and that no firewall drops the connection',
  },
  {
    carriers: SSH,
    code: 'connection-failed',
    pattern: /connect to .*(?:No route to host|Network is unreachable)/,
    hint: 'check the address and the network between the machines',
  },
  {
    carriers: SSH,
    code: 'connection-failed',
    pattern:
      /Timeout, server .* not responding|client_loop: send disconnect: .*|Connection to .* (?:closed|timed out).*/,
    hint: 'the connection was lost; the network or the ssh server there went away',
  },
  {
    carriers: SSH,
    code: 'connection-failed',
    pattern: /kex_exchange_identification: .*|Connection (?:closed|reset) by .*/,
    hint: 'the server ended the connection before the login; its log tells why',
  },
  {
    carriers: SUDO,
    code: 'login-refused',
    pattern:
      /^sudo: (?:a password is required|a terminal is required.*|no tty present.*|sorry, you must have a tty.*|.*incorrect password attempts?)/,
    hint: 'allow the command without a password (NOPASSWD in sudoers)',
  },
  {
    carriers: SUDO,
    code: 'login-refused',
    pattern:
      /\S+ is not in the sudoers file|user \S+ is not allowed to execute.*|^sudo: unknown user.*|\S+ may not run sudo on \S+/i,
    hint: 'allow the command in sudoers',
  },
  {
    carriers: CONTAINERS,
    code: 'connection-failed',
    pattern: /No such container: \S+|no container with name or ID .*/i,
    hint: 'check the name of the container, and that it was started',
  },
  {
    carriers: CONTAINERS,
    code: 'connection-failed',
    pattern: /container \S+ is (?:not running|paused).*|can only create exec sessions on running containers.*/i,
    hint: 'start the container first',
  },
  {
    carriers: CONTAINERS,
    code: 'connection-failed',
    pattern: /Cannot connect to the Docker daemon.*|permission denied while trying to connect to the docker.*/i,
    hint: 'check that the container service runs and that this user may use it',
  },
  {
    carriers: ['chroot'],
    code: 'connection-failed',
    pattern: /cannot change root directory to .*/,
    hint: 'check that the folder exists, and run as root',
  },
];
