import {childProgress} from '../../hosts/child/child-progress.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {readSome} from './read-some.js';

/**
 * Whether what was written is on its medium. `asked-for`: everything on that host was synced, which tells no error.
 * `unknown`: there is no program for it.
 */
export type MediumState = 'reached' | 'asked-for' | 'unknown';

// While it is waited for, a byte tells whenever what is yet to be written there became more or less. Programs that know
// no file, or may not open this one, sync everything. An old one of GNU does so by itself, with a warning. The words of a
// message are looked at from its ends: the path of the target is between them. Who waits beside it may have ended long
// ago, with the connection, say, and another process have its pid: only a child of this shell is sent a signal, and where
// that cannot be told, it ends by itself. All is one line, for every login shell.
const SYNC_SCRIPT = [
  'LC_ALL=C; export LC_ALL',
  'command -v sync >/dev/null 2>&1 || { echo none; exit 0; }',
  '(last=; while sleep 10 >/dev/null && kill -0 $$; do now=$(grep -e ^Dirty -e ^Writeback: /proc/meminfo); ' +
    '[ "$now" = "$last" ] || echo .; last=$now; done) </dev/null 2>/dev/null & ticker=$!',
  'said=$(sync "$1" 2>&1); status=$?; is_known=$status',
  'case ${said##*: } in "Permission denied" | "Operation not permitted") is_known=0;; esac',
  'case $said in BusyBox* | [Uu]sage:*) is_known=0;; esac',
  'if [ $is_known = 0 ] && [ "$said" ]; then said=$(sync 2>&1); status=$?; echo all; fi',
  'stat=; { read -r stat < /proc/$ticker/stat; } 2>/dev/null; case $stat in *") "?" $$ "*) kill $ticker;; esac',
  '[ $status = 0 ] || echo "$said" >&2; exit $status',
].join('; ');

/**
 * Brings to its medium what a bdsync that is not ours has written to the target.
 *
 * @throws TaskError 'patcher-failed' where the medium did not take it; HostError.
 */
export async function syncToMedium(context: TaskContext): Promise<MediumState> {
  const {host, plan, meter, signal, watchdog} = context;
  const {path} = plan.target;
  await using child = await host.spawn(['sh', '-c', SYNC_SCRIPT, 'sh', path], {
    signal,
    meter,
    describe: `sync on ${host.name}`,
  });
  using _watch = watchdog.watch(() => childProgress(child));
  watchdog.waitingFor = `${host.name}, where ${path} is brought to its medium`;
  child.stdin.end();
  const text = await readSome(child);
  const end = await child.ended;
  if (end.kind === 'exit' && end.status === 0) return mediumState(text);
  throw (
    (await child.diagnose()) ??
    new TaskError('patcher-failed', `what was written to ${path} on ${host.name} has not reached its medium`, {
      errorLines: child.errorTail(),
      hint: 'the log of the kernel there tells what its device said; the next run compares it anew',
    })
  );
}

function mediumState(text: string): MediumState {
  if (/^none$/m.test(text)) return 'unknown';
  return /^all$/m.test(text) ? 'asked-for' : 'reached';
}
