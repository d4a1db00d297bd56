import {dirname} from 'node:path';
import type {Host} from '../../hosts/host.js';
import type {TrafficMeter} from '../../hosts/traffic-meter.js';
import {parseProgressLine} from '../../bdsync/progress-line.js';
import {childProgress} from '../../hosts/child/child-progress.js';
import type {ApplicationRecord} from '../state/leftover.js';
import {roomHint} from '../room/room-error.js';
import {TaskError, type TaskErrorCode} from '../task-error.js';
import type {Watchdog} from '../watch/watchdog.js';
import {isOpen} from './drain.js';
import {explainEnding, type ProgramRole} from './explain-ending.js';
import {READY} from './await-ready.js';
import {readSome} from './read-some.js';

export interface SealedApplication {
  readonly record: ApplicationRecord;
  readonly host: Host;
  readonly mode: 'apply' | 'recover' | 'rollback';
  /** Where the run holds the target already: rejects unless it still does. */
  readonly confirmHold?: (() => Promise<void>) | undefined;
  readonly signal: AbortSignal;
  readonly meter?: TrafficMeter;
  readonly watchdog?: Watchdog;
  readonly onProgress?: (position: number, sizeBytes: number) => void;
}

export interface SealedOutcome {
  readonly kind: 'applied' | 'recovered' | 'unchanged' | 'rolled-back' | 'untouched';
  readonly writtenBytes: number;
  readonly readBack: 'direct' | 'cached';
}

/** An applier that does nothing any more, and has written nothing unless its journal is there. */
export class ApplierRefusal extends TaskError {}

/**
 * Has a sealed patch applied, finished or undone on the target's host.
 *
 * @throws ApplierRefusal when the program ended with a status of its own, or was not let begin; TaskError, HostError for any other ending.
 */
export async function runSealedApplier(application: SealedApplication): Promise<SealedOutcome> {
  const {host, record, confirmHold, signal, meter, watchdog, onProgress} = application;
  const describe = `bdsync --sealed on ${host.name}`;
  await using child = await host.spawn(wordsOf(application), {
    signal,
    meter,
    describe,
    onErrorLine: (line) => {
      const progress = parseProgressLine(line);
      if (progress) {
        meter?.noteSignOfLife();
        onProgress?.(progress.position, progress.sizeBytes);
      }
      return progress !== undefined;
    },
  });
  using _watch = watchdog?.watch(() => childProgress(child));
  if (!confirmHold) child.stdin.end();
  const said = await new Promise<string>((resolve, reject) => {
    let isAsked = false;
    const begin = (): void => void (isOpen(child.stdin) && !signal.aborted && child.stdin.end('go\n'));
    const onMore = (text: string): void => {
      if (isAsked || !confirmHold || !READY.test(text)) return;
      isAsked = true;
      confirmHold().then(begin, (error: unknown) => reject(refusedBegin(error)));
    };
    readSome(child, onMore).then(resolve, reject);
  });
  const end = await child.ended;
  const outcome = parseOutcome(said);
  if (end.kind === 'exit' && end.status === 0 && outcome !== undefined) return outcome;
  const role: ProgramRole = {
    code: 'patcher-failed',
    what: 'bdsync --sealed',
    hostName: host.name,
    path: record.targetPath,
  };
  const error = await explainEnding(child, role);
  if (!(error instanceof TaskError) || end.kind !== 'exit' || end.status === 0 || end.status > LAST_STATUS) throw error;
  const {code, message} = error;
  // The usage of the original program, which is about everything else.
  const errorLines = error.errorLines.some((line) => USAGE.test(line)) ? [] : error.errorLines;
  const known = REFUSALS.get(end.status);
  const hint = known?.hint ?? (code === 'disk-full' ? fullHint(application, errorLines) : error.hint);
  throw new ApplierRefusal(known?.code ?? code, message, {errorLines, hint, cause: error});
}

const USAGE = /unrecognized option|^OPTIONS:$/;

/** Above it are signals, and what the way there ended with. */
const LAST_STATUS = 19;

/** For a host where the bdsync of bdsync-manager is no more, or another one is named. */
export const NO_SEALS_HINT =
  'only the bdsync of bdsync-manager knows sealed patches: install it there, or name it in the configuration';

const REFUSALS: ReadonlyMap<number, {readonly code: TaskErrorCode; readonly hint?: string}> = new Map([
  [1, {code: 'no-bdsync', hint: NO_SEALS_HINT}],
  [2, {code: 'invalid-patch'}],
  [3, {code: 'size-mismatch'}],
  [12, {code: 'target-unusable'}],
  [14, {code: 'target-locked', hint: 'let that run end first'}],
  [15, {code: 'target-in-use', hint: 'unmount or release it first; allow_target_in_use = yes writes all the same'}],
  [16, {code: 'target-changed', hint: 'find out who else writes the target; the next run compares it anew'}],
  [17, {code: 'unfinished', hint: "'bdsync-manager recover' finishes it, with --rollback undoes it"}],
  [18, {code: 'journal'}],
  [
    19,
    {
      code: 'patch-unreadable',
      hint: 'look at the disk with the patches, and at the rights of the user there: the log of the kernel tells of errors',
    },
  ],
] as const);

/** An applier that is not told to begin writes nothing. */
function refusedBegin(error: unknown): unknown {
  if (!(error instanceof TaskError)) return error;
  const {code, message, hint, errorLines} = error;
  return new ApplierRefusal(code, message, {hint, errorLines, cause: error});
}

/** The journal comes first: where there was no room for it, nothing was written. */
function fullHint({record, mode}: SealedApplication, errorLines: readonly string[]): string {
  if (errorLines.some((line) => line.includes('undo journal'))) return roomHint(dirname(record.path));
  const room = 'make room on the file system of the target';
  return mode === 'rollback'
    ? `${room}, and undo it again`
    : `${room}: the next run, or 'bdsync-manager recover', finishes what is begun, and recover --rollback undoes it`;
}

function wordsOf({record, mode, confirmHold}: SealedApplication): string[] {
  const {program, targetPath, path, options} = record;
  return [
    ...program,
    `--patch=${targetPath}`,
    `--sealed=${path}`,
    ...(mode === 'apply' ? [] : [`--${mode}`]),
    ...(confirmHold ? ['--held', ...options.filter((option) => option !== '--allow-in-use')] : options),
    '--progress',
  ];
}

function parseOutcome(text: string): SealedOutcome | undefined {
  const line =
    /^sealed (applied|recovered|unchanged|rolled-back|untouched) extents=\d+ bytes=(\d+) read-back=(direct|cached)$/m;
  const [, kind, bytes, readBack] = line.exec(text) ?? [];
  if (kind === undefined) return undefined;
  return {
    kind: OUTCOMES.find((word) => word === kind) ?? 'applied',
    writtenBytes: Number(bytes),
    readBack: readBack === 'direct' ? 'direct' : 'cached',
  };
}

const OUTCOMES = ['applied', 'recovered', 'unchanged', 'rolled-back', 'untouched'] as const;
