import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import {asError} from '../errors.js';
import {debugStory} from '../log.js';
import {HostError} from './host-error.js';

const tell = debugStory('hosts:dead-mans-switch');

/** To be told that there is nothing to do. */
const DISARM_GRACE_MS = 1000;

// Reads what we tell until we tell no more: `done`, or the process group that runs now and is to be ended first (0 for
// none). It writes nothing anywhere: the file systems may be frozen.
const SCRIPT = `trap '' HUP INT TERM
last=0
while read -r line; do last=$line; done
[ "$last" = done ] && exit 0
if [ "$last" -gt 1 ] && kill -TERM "-$last"; then
  for _ in 1 2 3 4 5 6 7 8 9 10; do kill -0 "-$last" || break; sleep 0.2; done
  kill -KILL "-$last"
fi
trap - HUP INT TERM
exec "$@"`;

/** Runs a command when this process dies before it disarms the switch: killed, crashed, out of memory. */
export interface DeadMansSwitch {
  /** A process group that is to be ended before the command runs; undefined: there is none any more. */
  guard(groupId: number | undefined): Promise<void>;
  /** Has it run the command now, as if this process had died, and waits so long for its end; 0: without a limit. */
  fire(patienceMs: number): Promise<void>;
  disarm(): Promise<void>;
}

/**
 * Starts the process that waits for the end of this one, in a session of its own and deaf to what ends us.
 *
 * @throws HostError 'spawn-failed'.
 */
export async function armDeadMansSwitch(
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<DeadMansSwitch> {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'bdsync-manager-waits', ...words], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    env: {...process.env, ...environment},
  });
  // Whoever ended it has decided that nobody waits.
  child.stdin.on('error', (error) => tell('%s', error));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new HostError('spawn-failed', `cannot start /bin/sh: ${asError(cause).message}`, {cause});
  }
  return {
    guard: (groupId) => new Promise((resolve) => child.stdin.write(`${groupId ?? 0}\n`, () => resolve())),
    async fire(patienceMs) {
      child.stdin.end();
      await (patienceMs === 0 ? gone : within(patienceMs, gone));
    },
    async disarm() {
      if (!child.stdin.writableEnded) child.stdin.end('done\n');
      await within(DISARM_GRACE_MS, gone);
      child.unref();
    },
  };
}

async function within(patienceMs: number, gone: Promise<void>): Promise<void> {
  const over = new AbortController();
  await Promise.race([gone, sleep(patienceMs, undefined, {signal: over.signal}).catch(() => {})]);
  over.abort();
}
