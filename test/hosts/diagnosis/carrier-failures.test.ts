import {describe, expect, test} from 'vitest';
import {diagnoseConnection} from '#dist/hosts/diagnosis/diagnose-connection.js';
import type {HostError} from '#dist/hosts/host-error.js';

interface Ending {
  readonly connection: string;
  readonly status: number;
  readonly lines: readonly string[];
  readonly program?: string;
}

function diagnose({connection, status, lines, program = 'bdsync'}: Ending): HostError | undefined {
  return diagnoseConnection({
    end: {kind: 'exit', status},
    errorLines: lines,
    describe: 'bdsync --server',
    connection: connection.split(' '),
    hostName: connection,
    program,
  });
}

describe('a connection that failed', () => {
  test.each([
    [
      'ssh: Could not resolve hostname store.example: Name or service not known',
      'name-resolution',
      'Could not resolve hostname store.example: Name or service not known',
    ],
    [
      'ssh: connect to host store.example port 22: Connection refused',
      'connection-failed',
      'connect to host store.example port 22: Connection refused',
    ],
    [
      'ssh: connect to host store.example port 22: Connection timed out',
      'connection-failed',
      'connect to host store.example port 22: Connection timed out',
    ],
    [
      'ssh: connect to host 192.0.2.1 port 22: No route to host',
      'connection-failed',
      'connect to host 192.0.2.1 port 22: No route to host',
    ],
    [
      'root@store.example: Permission denied (publickey,password).',
      'login-refused',
      'Permission denied (publickey,password)',
    ],
    [
      'Received disconnect from 192.0.2.1 port 22:2: Too many authentication failures',
      'login-refused',
      'Too many authentication failures',
    ],
    ['Connection closed by 192.0.2.1 port 22', 'connection-failed', 'Connection closed by 192.0.2.1 port 22'],
    [
      'kex_exchange_identification: read: Connection reset by peer',
      'connection-failed',
      'kex_exchange_identification: read: Connection reset by peer',
    ],
    ['client_loop: send disconnect: Broken pipe', 'connection-failed', 'client_loop: send disconnect: Broken pipe'],
    [
      'Timeout, server store.example not responding.',
      'connection-failed',
      'Timeout, server store.example not responding',
    ],
    [
      'Connection to store.example closed by remote host.',
      'connection-failed',
      'Connection to store.example closed by remote host',
    ],
  ])('ssh: %s', (line, code, reason) => {
    const error = diagnose({connection: 'ssh store', status: 255, lines: ['motd', line]});
    expect(error).toMatchObject({code, message: `ssh store: ${reason}`, errorLines: ['motd', line]});
    expect(error?.hint).toMatch(/^[a-z].*[^.]$/);
  });

  test('ssh: one that has no hint is told by its last line', () => {
    const lines = ['Unable to negotiate with 192.0.2.1 port 22: no matching cipher found. Their offer: 3des-cbc'];
    expect(diagnose({connection: '/usr/bin/ssh store', status: 255, lines})).toMatchObject({
      code: 'connection-failed',
      message: `/usr/bin/ssh store: ${lines[0]}`,
      hint: undefined,
    });
    expect(diagnose({connection: 'ssh store', status: 255, lines: []})?.message).toBe(
      'ssh store: ssh ended with status 255',
    );
  });

  test.each([
    ['sudo -n', 1, 'sudo: a password is required', 'login-refused'],
    ['sudo', 1, 'sudo: a terminal is required to read the password; either use the -S option', 'login-refused'],
    ['ssh store sudo', 1, 'sudo: no tty present and no askpass program specified', 'login-refused'],
    ['sudo', 1, 'backup is not in the sudoers file.', 'login-refused'],
    ['sudo', 1, "Sorry, user backup is not allowed to execute '/bin/bdsync' as root on store.", 'login-refused'],
    ['docker exec -i store', 1, 'Error response from daemon: No such container: store', 'connection-failed'],
    ['docker exec -i store', 1, 'Error response from daemon: container 0a1b is not running', 'connection-failed'],
    [
      'docker exec -i store',
      1,
      'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.',
      'connection-failed',
    ],
    [
      'podman exec -i store',
      125,
      'Error: no container with name or ID "store" found: no such container',
      'connection-failed',
    ],
    [
      'chroot /mnt',
      125,
      "chroot: cannot change root directory to '/mnt': Operation not permitted",
      'connection-failed',
    ],
  ])('%s, status %d: %s', (connection, status, line, code) => {
    const error = diagnose({connection, status, lines: [line]});
    expect(error).toMatchObject({code});
    expect(error?.message.startsWith(`${connection}: `)).toBe(true);
    expect(error?.hint).toMatch(/^[a-z].*[^.]$/);
  });
});

describe('a program that is not there', () => {
  test.each([
    ['ssh store', 127, 'bash: line 1: bdsync: command not found'],
    ['ssh store', 127, 'bash: bdsync: command not found'],
    ['ssh store', 127, 'sh: 1: bdsync: not found'],
    ['ssh store', 127, '-sh: bdsync: not found'],
    ['ssh store', 127, 'zsh:1: command not found: bdsync'],
    ['ssh store', 127, 'fish: Unknown command: bdsync'],
    ['ssh store', 127, 'ksh: bdsync: not found [No such file or directory]'],
    ['ssh store', 1, 'bdsync: Command not found.'],
    ['ssh store', 126, 'bash: line 1: bdsync: Permission denied'],
    ['sudo', 1, 'sudo: bdsync: command not found'],
    ['chroot /mnt', 127, "chroot: failed to run command 'bdsync': No such file or directory"],
    ['chroot /mnt', 127, 'chroot: failed to run command ‘bdsync’: No such file or directory'],
    [
      'docker exec -i store',
      126,
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "bdsync": executable file not found in $PATH: unknown',
    ],
  ])('%s, status %d: %s', (connection, status, line) => {
    expect(diagnose({connection, status, lines: [line]})).toMatchObject({
      code: 'command-not-found',
      hint: 'install it there, or give its full path there',
    });
  });
});

describe("a program's own status", () => {
  test.each([
    ['ssh store', 0, 'ssh: connect to host other port 22: Connection refused', 'bdsync'],
    ['ssh store', 1, 'ssh: connect to host other port 22: Connection refused', 'bdsync'],
    ['ssh store', 1, 'cat: /dev/vg0/home: Permission denied', 'cat'],
    ['ssh store', 127, 'sh: 1: other: not found', 'sh'],
    ['ssh store', 127, '', 'bdsync'],
    ['ssh store', 1, 'bdsync: /etc/bdsync: No such file or directory', 'bdsync'],
    ['env', 255, 'ssh: connect to host other port 22: Connection refused', 'bdsync'],
    ['nsenter -t 1', 1, 'sudo: a password is required', 'bdsync'],
  ])('is no failure of %s: status %d, %s', (connection, status, line, program) => {
    expect(diagnose({connection, status, lines: [line], program})).toBeUndefined();
  });
});

describe('a connection command that did not end by itself', () => {
  const common = {
    errorLines: [],
    describe: 'bdsync --server',
    connection: ['rsh', 'store'],
    hostName: 'rsh store',
    program: 'x',
  };

  test('names the word that is missing here', () => {
    const error = Object.assign(new Error('spawn rsh ENOENT'), {code: 'ENOENT'});
    expect(diagnoseConnection({...common, end: {kind: 'spawn-error', error}})).toMatchObject({
      code: 'spawn-failed',
      message: 'the connection command "rsh" cannot be started: it does not exist on this machine',
      cause: error,
    });
  });

  test('names the signal', () => {
    expect(diagnoseConnection({...common, end: {kind: 'signal', signal: 'SIGSEGV'}})).toMatchObject({
      code: 'program-ended',
      message: 'bdsync --server was ended by SIGSEGV',
    });
  });
});
