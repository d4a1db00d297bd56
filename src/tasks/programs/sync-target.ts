import {childProgress} from '../../hosts/child/child-progress.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {readSome} from './read-some.js';

// While it is waited for, a byte tells whenever what is yet to be written there became more or less. Programs that know
// no file, or may not open this one, sync everything, which tells no error. All is one line, for every login shell.
const SYNC_SCRIPT = [
  'LC_ALL=C; export LC_ALL',
  'command -v sync >/dev/null 2>&1 || { echo none; exit 0; }',
  '(last=; while sleep 10 >/dev/null && kill -0 $$; do now=$(grep -e ^Dirty -e ^Writeback: /proc/meminfo); ' +
    '[ "$now" = "$last" ] || echo .; last=$now; done) </dev/null 2>/dev/null & ticker=$!',
  'said=$(sync "$1" 2>&1); status=$?',
  'case "$status $said" in 0*) ;; *sage:* | *denied* | *permitted*) said=$(sync 2>&1); status=$?;; esac',
  'kill $ticker 2>/dev/null; [ $status = 0 ] || echo "$said" >&2; exit $status',
].join('; ');

/**
 * Brings to its medium what a bdsync that is not ours has written to the target. False where no program on its host does.
 *
 * @throws TaskError 'patcher-failed' where the medium did not take it; HostError.
 */
export async function syncTarget(context: TaskContext): Promise<boolean> {
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
  if (end.kind === 'exit' && end.status === 0) return !/^none$/m.test(text);
  throw (
    (await child.diagnose()) ??
    new TaskError('patcher-failed', `what was written to ${path} on ${host.name} has not reached its medium`, {
      errorLines: child.errorTail(),
      hint: 'the log of the kernel there tells what its device said; the next run compares it anew',
    })
  );
}
