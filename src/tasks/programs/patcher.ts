import {childProgress} from '../../hosts/child/child-progress.js';
import type {Child} from '../../hosts/host.js';
import {sinkOf, type PatchSink} from './child-sink.js';
import {expectSuccess, type ProgramRole} from './explain-ending.js';
import {parseProgressLine} from './progress-line.js';
import {remoteProcessProgress} from '../watch/remote-process-progress.js';
import type {TaskContext} from '../task-context.js';

/** Starts the patching end in place: what is written to it is applied as it comes. */
export async function startPatcher(context: TaskContext): Promise<PatchSink & AsyncDisposable> {
  const patcher = await spawnPatcher(context, patchWords(context));
  return {...sinkOf(patcher.child, patcherRole(context)), [Symbol.asyncDispose]: () => patcher[Symbol.asyncDispose]()};
}

// Tells its process id first, so that the progress of a program that tells nothing can be looked up there.
const APPLY_SCRIPT = 'echo "pid $$" >&2; exec "$@" < "$0"';

/** Applies a patch that is stored on the target's host. */
export async function applyStoredPatch(context: TaskContext, patchPath: string, patchBytes: number): Promise<void> {
  const {plan, farEnd, watchdog, host, teller, meter} = context;
  const progress = farEnd.kind === 'ours' ? ['--progress'] : [];
  const words = ['sh', '-c', APPLY_SCRIPT, patchPath, ...patchWords(context), ...progress];
  await using patcher = await spawnPatcher(context, words, patchBytes);
  watchdog.waitingFor = `bdsync --patch on ${host.name}, which writes ${plan.target.path}`;
  patcher.child.stdin.end();
  await expectSuccess(patcher.child, patcherRole(context));
  teller.progress(meter, patchBytes, patchBytes, patchBytes);
}

function patchWords({plan}: TaskContext): string[] {
  return [...plan.targetProgram, `--patch=${plan.target.path}`, ...plan.patchArguments];
}

function patcherRole({plan, host}: TaskContext): ProgramRole {
  return {code: 'patcher-failed', what: 'bdsync --patch', hostName: host.name, path: plan.target.path};
}

interface RunningPatcher extends AsyncDisposable {
  readonly child: Child;
}

async function spawnPatcher(
  context: TaskContext,
  words: readonly string[],
  storedBytes?: number,
): Promise<RunningPatcher> {
  const {plan, host, meter, signal, watchdog, teller} = context;
  const watches: Disposable[] = [];
  const child = await host.spawn(words, {
    meter,
    signal,
    describe: `bdsync --patch on ${host.name}`,
    onErrorLine: (line) => {
      const pid = storedBytes === undefined ? undefined : /^pid (\d+)$/.exec(line)?.[1];
      if (pid !== undefined && !host.isLocal)
        watches.push(watchdog.watch(remoteProcessProgress(host, pid, plan.stallTimeoutMs)));
      const progress = parseProgressLine(line);
      if (progress && storedBytes !== undefined) {
        teller.progress(meter, progress.patchBytes, storedBytes, storedBytes);
      }
      return progress !== undefined || pid !== undefined;
    },
  });
  watches.push(watchdog.watch(() => childProgress(child)));
  return {
    child,
    async [Symbol.asyncDispose]() {
      for (const watch of watches) watch[Symbol.dispose]();
      await child[Symbol.asyncDispose]();
    },
  };
}
