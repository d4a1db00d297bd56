import type {Host} from '../../hosts/host.js';
import type {ProgressStamp} from './watchdog.js';

const ASK_AT_MOST_EVERY_MS = 60_000;

/**
 * The progress of a program on another host that tells none itself, from what it read and wrote so far. Asked once a
 * minute at the most, oftener where a run may hang for less; when it cannot be told, the stamp stays as it is.
 */
export function remoteProcessProgress(host: Host, pid: string, stallTimeoutMs: number): ProgressStamp {
  const everyMs = Math.min(ASK_AT_MOST_EVERY_MS, stallTimeoutMs / 4);
  let stamp = '';
  let askedAt = performance.now();
  return async () => {
    if (performance.now() - askedAt < everyMs) return stamp;
    askedAt = performance.now();
    try {
      const {stdout} = await host.run(['cat', `/proc/${pid}/io`], {
        timeoutMs: ASK_AT_MOST_EVERY_MS,
        describe: 'progress',
      });
      stamp = stdout;
    } catch {
      // An unreachable host shows no progress, which is what the watchdog is there to find.
    }
    return stamp;
  };
}
