import {connectionHost} from '#dist/hosts/connection-host.js';
import type {Host} from '#dist/hosts/host.js';
import {localHost} from '#dist/hosts/local-host.js';
import {sshdMissing, startSshd} from './sshd.js';

export interface HostKind {
  readonly name: string;
  readonly isLocal: boolean;
  /** Why it cannot be tried here. */
  readonly skip?: string | undefined;
  /** The program is not a descendant of the process that carries it. */
  readonly isElsewhere?: boolean;
  open(): Promise<OpenHost>;
}

export interface OpenHost extends AsyncDisposable {
  readonly host: Host;
}

/** Every kind of host that there is; all of them behave alike. */
export function hostKinds(): readonly HostKind[] {
  return [
    {name: 'this machine', isLocal: true, open: async () => opened(localHost())},
    {name: 'env', isLocal: false, open: async () => opened(connectionHost(['env', 'A=1'], {quoting: 'auto'}))},
    {
      name: 'chroot',
      isLocal: false,
      skip: process.getuid?.() === 0 ? undefined : 'only root may chroot',
      open: async () => opened(connectionHost(['chroot', '/'], {quoting: 'auto'})),
    },
    {name: 'sh -c', isLocal: false, open: async () => opened(connectionHost(['sh', '-c'], {quoting: 'shell'}))},
    {
      name: 'ssh',
      isLocal: false,
      skip: sshdMissing(),
      isElsewhere: true,
      open: async () => {
        const sshd = await startSshd();
        return {
          host: connectionHost(sshd.connectionWords, {quoting: 'auto'}),
          [Symbol.asyncDispose]: () => sshd[Symbol.asyncDispose](),
        };
      },
    },
  ];
}

function opened(host: Host): OpenHost {
  return {host, [Symbol.asyncDispose]: async () => {}};
}
