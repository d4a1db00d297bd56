import {childProgress} from '../../hosts/child/child-progress.js';
import type {StoredCheck} from '../report.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {remoteProcessProgress} from '../watch/remote-process-progress.js';
import {expectSuccess} from './explain-ending.js';
import {readSome} from './read-some.js';
import {parsePid, TELL_PID} from './remote-pid.js';

/** What was sent of a patch. */
export interface SentPatch {
  readonly bytes: number;
  /** In hexadecimal; undefined where whoever applies the patch checks more than that. */
  readonly sha256: string | undefined;
}

// GNU and busybox have the first, most others one of the rest. What the program itself says is its failure.
const CHECK_SCRIPT = [
  '[ -r "$1" ] || exit 0',
  'echo "size $(stat -c %s "$1" 2>/dev/null || wc -c < "$1")"',
  `if [ -n "$2" ]; then for program in sha256sum "openssl dgst -sha256" "shasum -a 256"; do if command -v "\${program%% *}" >/dev/null 2>&1; then ${TELL_PID}; exec $program < "$1"; fi; done; fi`,
  'echo none',
].join('; ');

/**
 * Makes sure that the host has what was sent: by the size, and by the digest where that can be had there. Once more when it
 * was applied by a program that does not check it: what was altered in between has been written.
 *
 * @throws TaskError 'store-failed' when it has something else, or nothing that can be read.
 */
export async function verifyStored(
  context: TaskContext,
  path: string,
  sent: SentPatch,
  moment: 'before' | 'after' = 'before',
): Promise<StoredCheck> {
  const {host, plan} = context;
  const fail = (message: string, hint?: string): TaskError => {
    if (moment === 'before') return new TaskError('store-failed', message, {hint});
    const applied = `when it had been applied, ${message}; ${plan.target.path} may have been written wrongly`;
    return new TaskError('store-failed', applied, {hint: `the next run compares anew; ${WHO_HINT}`});
  };
  const text = await askHost(context, path, sent.sha256 === undefined ? '' : 'sha256');
  const storedBytes = /^size +(\d+)$/m.exec(text)?.[1];
  const message = (found: string): string => `${host.name} has ${found} of the patch ${path}, of ${sent.bytes} sent`;
  if (storedBytes === undefined) throw fail(message('nothing that can be read'));
  if (Number(storedBytes) !== sent.bytes) throw fail(message(`${storedBytes} bytes`));
  if (sent.sha256 === undefined || /^none$/m.test(text)) return 'size';
  if (/(?<![\da-f])[\da-f]{64}(?![\da-f])/.exec(text)?.[0] === sent.sha256) return 'sha256';
  const other = `${host.name} has another patch in ${path} than was sent: its SHA-256 differs`;
  throw fail(other, `nothing was applied; ${WHO_HINT}`);
}

const WHO_HINT = 'find out whether the disk or the memory there is bad, or who else writes in that folder';

async function askHost(context: TaskContext, path: string, digest: string): Promise<string> {
  const {host, plan, watchdog, signal, meter} = context;
  const describe = `checking the patch on ${host.name}`;
  const words = ['sh', '-c', CHECK_SCRIPT, 'sh', path, digest];
  const watches: Disposable[] = [];
  await using child = await host.spawn(words, {
    signal,
    meter,
    describe,
    onErrorLine: (line) => {
      const pid = parsePid(line);
      if (pid !== undefined && !host.isLocal)
        watches.push(watchdog.watch(remoteProcessProgress(host, pid, plan.stallTimeoutMs)));
      return pid !== undefined;
    },
  });
  watches.push(watchdog.watch(() => childProgress(child)));
  watchdog.waitingFor = `${host.name}, where the patch ${path} is checked`;
  try {
    child.stdin.end();
    const text = await readSome(child);
    await expectSuccess(child, {code: 'store-failed', what: 'checking the patch', hostName: host.name, path});
    return text;
  } finally {
    for (const watch of watches) watch[Symbol.dispose]();
  }
}
