import {childProgress} from '../../hosts/child/child-progress.js';
import type {Child} from '../../hosts/host.js';
import {awaitReady} from './await-ready.js';
import {sinkOf, type PatchSink} from './child-sink.js';
import {expectSuccess, explainEnding, type ProgramRole} from './explain-ending.js';
import {KEEP_TARGET} from './keep-target-script.js';
import {tellLastWords} from './last-words.js';
import {parsePid, TELL_PID} from './remote-pid.js';
import {parseProgressLine} from '../../bdsync/progress-line.js';
import {remoteProcessProgress} from '../watch/remote-process-progress.js';
import type {SealChoice} from '../ends/choose-seal.js';
import type {TaskContext} from '../task-context.js';
import {type MediumState, syncToMedium} from './sync-to-medium.js';
import {inPlaceNote} from './unsealed-note.js';

/** Among the options of bdsync --patch: it is to keep the target as well, and to say so before it gets a patch. */
export const HELD = '--held';

/** What keeps in mind that the target is between old and new, where no seal and no journal do. */
export interface UnsealedWriting {
  /** For bdsync --patch on the target's host. */
  readonly patchOptions: readonly string[];
  /** When the program that is to write keeps the target, too, and before it may begin: rejects unless it is still held. */
  confirmHold(): Promise<void>;
  /** Before the first bytes may be written. */
  begin(): Promise<void>;
}

/**
 * Starts the patching end in place: what is written to it is applied as it comes, and a seal is looked at in the end.
 *
 * @throws TaskError 'target-locked', 'target-hold-lost' before anything is written.
 */
export async function startPatcher(
  context: TaskContext,
  writing: UnsealedWriting,
  seal: SealChoice,
): Promise<PatchSink & AsyncDisposable> {
  const {teller, plan} = context;
  const words = patchWords(context, writing);
  // What a killed manager has sent is still written, by one that does not look who has the target.
  const keepsTarget = writing.patchOptions.includes(HELD);
  const patcher = await spawnPatcher(
    context,
    keepsTarget ? words : ['sh', '-c', KEEPING_SCRIPT, 'sh', plan.target.path, ...words],
  );
  try {
    await letBegin(context, patcher.child, writing);
  } catch (error) {
    await patcher[Symbol.asyncDispose]();
    throw error;
  }
  const sink = sinkOf(patcher.child, patcherRole(context));
  return {
    brokenOff: sink.brokenOff,
    async write(bytes) {
      if (teller.targetState !== 'partly-written') await writing.begin();
      teller.targetState = 'partly-written';
      await sink.write(bytes);
    },
    async finish() {
      await sink.finish();
      const medium = await reachMedium(context);
      const note = seal.kind === 'unsealed' ? inPlaceNote(context, seal.why, medium) : undefined;
      if (note !== undefined) teller.note(note);
      patcher.tellSuccess();
    },
    [Symbol.asyncDispose]: () => patcher[Symbol.asyncDispose](),
  };
}

export interface StoredApplication {
  readonly path: string;
  readonly patchBytes: number;
  /** Whether the file still is what was stored, when all of it has been read. */
  readonly verifyApplied: () => Promise<void>;
}

/**
 * Applies a patch that is stored on the target's host; tells whether what was written is on its medium.
 *
 * @throws TaskError 'target-locked', 'target-hold-lost' before anything is written; 'store-failed' when that was not what
 *   had been stored.
 */
export async function applyStoredPatch(
  context: TaskContext,
  writing: UnsealedWriting,
  {path: patchPath, patchBytes, verifyApplied}: StoredApplication,
): Promise<MediumState> {
  const {plan, farEnd, watchdog, host, teller, meter} = context;
  const script = applyScript(farEnd.kind === 'ours' ? [] : [TELL_PID]);
  const words = ['sh', '-c', script, patchPath, plan.target.path, ...patchWords(context, writing)];
  await using patcher = await spawnPatcher(context, words, patchBytes);
  watchdog.waitingFor = `bdsync --patch on ${host.name}, which writes ${plan.target.path}`;
  await letBegin(context, patcher.child, writing);
  await writing.begin();
  teller.targetState = 'partly-written';
  patcher.child.stdin.end('go\n');
  await expectSuccess(patcher.child, patcherRole(context));
  await verifyApplied();
  const medium = await reachMedium(context);
  patcher.tellSuccess();
  teller.progress(meter, patchBytes, patchBytes, patchBytes);
  return medium;
}

/** Ours has done so before it ends well. */
async function reachMedium(context: TaskContext): Promise<MediumState> {
  return context.farEnd.kind === 'ours' ? 'reached' : await syncToMedium(context);
}

const KEEPING_SCRIPT = `${KEEP_TARGET}; shift; exec "$@"`;

/**
 * A patch in a file is read to its end, whoever has asked for that is gone or not. It is begun only at a word of one that
 * is there, and has the target.
 */
function applyScript(telling: readonly string[]): string {
  return [KEEP_TARGET, 'read -r word && [ "$word" = go ] || exit 14', 'shift', ...telling, 'exec "$@" < "$0"'].join(
    '; ',
  );
}

/** Returns when the program keeps the target, and nobody else had it since it was compared. */
async function letBegin(context: TaskContext, child: Child, writing: UnsealedWriting): Promise<void> {
  if (!(await awaitReady(child))) throw await explainEnding(child, patcherRole(context));
  await writing.confirmHold();
}

function patchWords({plan, farEnd}: TaskContext, {patchOptions}: UnsealedWriting): string[] {
  const progress = farEnd.kind === 'ours' ? ['--progress'] : [];
  return [...plan.targetProgram, `--patch=${plan.target.path}`, ...plan.patchArguments, ...patchOptions, ...progress];
}

function patcherRole({plan, host}: TaskContext): ProgramRole {
  return {code: 'patcher-failed', what: 'bdsync --patch', hostName: host.name, path: plan.target.path};
}

interface RunningPatcher extends AsyncDisposable {
  readonly child: Child;
  /** To be called after its good ending. */
  tellSuccess(): void;
}

async function spawnPatcher(
  context: TaskContext,
  words: readonly string[],
  storedBytes?: number,
): Promise<RunningPatcher> {
  const {plan, host, meter, signal, watchdog, teller} = context;
  const describe = `bdsync --patch on ${host.name}`;
  const watches: Disposable[] = [];
  const child = await host.spawn(words, {
    meter,
    signal,
    describe,
    onErrorLine: (line) => {
      const pid = storedBytes === undefined ? undefined : parsePid(line);
      if (pid !== undefined && !host.isLocal)
        watches.push(watchdog.watch(remoteProcessProgress(host, pid, plan.stallTimeoutMs)));
      const progress = parseProgressLine(line);
      if (progress) {
        meter.noteSignOfLife();
        if (storedBytes !== undefined) teller.progress(meter, progress.patchBytes, storedBytes, storedBytes);
      }
      return progress !== undefined || pid !== undefined;
    },
  });
  watches.push(watchdog.watch(() => childProgress(child)));
  return {
    child,
    tellSuccess() {
      teller.targetState = 'complete';
      tellLastWords(child, describe, teller);
    },
    async [Symbol.asyncDispose]() {
      for (const watch of watches) watch[Symbol.dispose]();
      await child[Symbol.asyncDispose]();
    },
  };
}
