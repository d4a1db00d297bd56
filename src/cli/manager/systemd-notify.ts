import {execFile} from 'node:child_process';
import {codeOf} from '../../errors.js';
import type {Notify, ServiceManagerOptions} from './service-manager.js';

const TIMEOUT_MS = 5000;
/** Each sign of life is a process. */
const SHORTEST_WATCHDOG_MS = 500;

/**
 * How to reach the systemd that started us; undefined when none did, or when it does not want to be told. Takes the
 * way to it out of the environment, so that what we start does not speak for us.
 *
 * Node has no datagram sockets of the file system, over which sd_notify(3) goes; systemd-notify(1) has.
 */
export function takeServiceManager(env: NodeJS.ProcessEnv, pid = process.pid): ServiceManagerOptions | undefined {
  const {NOTIFY_SOCKET: socket, WATCHDOG_USEC: watchdog, WATCHDOG_PID: watched = String(pid)} = env;
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete env[name];
  if (!socket) return undefined;
  const notify: Notify = (assignments) => run(assignments, {...env, NOTIFY_SOCKET: socket});
  const micros = watched === String(pid) && /^\d{1,15}$/.test(watchdog ?? '') ? Number(watchdog) : 0;
  // Twice within the time, as sd_watchdog_enabled(3) wants it.
  return {notify, watchdogMs: micros > 0 ? Math.max(micros / 2000, SHORTEST_WATCHDOG_MS) : undefined};
}

function run(assignments: readonly string[], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    // What it did not take this time it may take the next time; without the program, nothing ever arrives.
    const options = {env, timeout: TIMEOUT_MS, killSignal: 'SIGKILL'} as const;
    execFile('systemd-notify', assignments, options, (error) => resolve(codeOf(error) !== 'ENOENT'));
  });
}
