import {ExpectedError, messageOf, ProgramError} from '../../errors.js';
import {ApplierRefusal} from '../programs/sealed-applier.js';
import type {Leftovers} from '../state/leftovers.js';
import type {TaskRun} from '../task-run.js';
import {
  isFinal,
  isForTarget,
  isOutOfReach,
  settleApplication,
  type Settled,
  type SettleRequest,
} from './settle-application.js';

/**
 * Finishes what an interrupted run began to apply, before anything is compared anew, or undoes it where its patch is
 * damaged. What can be neither finished nor undone is told of and left alone: the comparison makes the target whole all
 * the same.
 *
 * @throws TaskError, HostError when the target of this task could not be finished now.
 */
export async function finishBegun(
  {plan, request, teller, watchdog, meter, abort}: TaskRun,
  leftovers: Leftovers,
): Promise<void> {
  const {signal} = abort;
  for (const record of leftovers.list()) {
    if (record.kind !== 'application') continue;
    const host = request.pool.host(record);
    teller.enter('recover');
    watchdog.waitingFor = `${host.name}, where ${record.targetPath} is finished`;
    try {
      const onProgress = (done: number, all: number): void => teller.progress(meter, done, all, all);
      const common = {host, signal, meter, watchdog, onProgress};
      const {settled, whyUndone} = await finishOrUndo({...common, plan, record, leftovers});
      if (isForTarget(plan, record) && WRITING_KINDS.has(settled.kind)) teller.targetState = 'recovered';
      tell(settled, `${record.targetPath} on ${host.name}`, whyUndone);
    } catch (error) {
      const isItsTarget = isForTarget(plan, record);
      const isLeftAlone = !signal.aborted && (isFinal(error) || isOutOfReach(error));
      if (isItsTarget && !isLeftAlone) teller.targetState = 'partly-written';
      if (signal.aborted || (isItsTarget && !isLeftAlone)) throw error;
      const text = `what an interrupted run began on ${record.targetPath} cannot be finished: ${textOf(error)}`;
      teller.log('warning', text);
      teller.note(text);
    }
  }

  function tell(settled: Settled, target: string, whyUndone: string): void {
    if (settled.stays !== undefined) {
      teller.log('warning', `what an interrupted run left is still there: ${settled.stays}`);
    }
    if (settled.kind === 'gone' || settled.kind === 'untouched') return;
    if (settled.kind === 'discarded') {
      const unused = `${target}: what an interrupted run had stored is of no use any more, and it is compared anew: ${linesOf(settled.why)}`;
      teller.log('warning', unused);
      teller.note(unused);
      return;
    }
    const isUndone = settled.kind === 'rolled-back';
    const how = isUndone ? `was undone first, because ${whyUndone}` : 'was finished first, without sending it again';
    const text = `${target}: what an interrupted run had begun ${how}`;
    teller.log(isUndone ? 'warning' : 'info', text);
    teller.note(text);
  }
}

const WRITING_KINDS: ReadonlySet<Settled['kind']> = new Set(['applied', 'recovered', 'rolled-back']);

interface FinishedOrUndone {
  readonly settled: Settled;
  /** Where it was undone. */
  readonly whyUndone: string;
}

/**
 * A patch that was damaged meanwhile, or has places that cannot be read, is of no use, but its journal may be. And a
 * file with holes on a full file system can be put back, if not finished.
 */
async function finishOrUndo(request: Omit<SettleRequest, 'mode'>): Promise<FinishedOrUndone> {
  try {
    return {settled: await settleApplication({...request, mode: 'recover'}), whyUndone: ''};
  } catch (error) {
    const whyUndone = whyToUndo(error);
    if (whyUndone === undefined) throw error;
    try {
      return {settled: await settleApplication({...request, mode: 'rollback'}), whyUndone};
    } catch (undoError) {
      if (isFinal(undoError) || isOutOfReach(undoError)) throw alsoNotUndone(error, undoError);
      throw undoError;
    }
  }
}

/** What was said about finishing it holds out that it can be undone. */
function alsoNotUndone(error: unknown, {message, errorLines, hint}: ApplierRefusal): unknown {
  if (!(error instanceof ApplierRefusal) || error.code === 'disk-full') return error;
  return new ApplierRefusal(error.code, `${error.message}, nor undone: ${message}`, {errorLines, hint, cause: error});
}

function whyToUndo(error: unknown): string | undefined {
  if (!(error instanceof ApplierRefusal)) return undefined;
  if (error.code === 'disk-full') return 'the file system of the target has no room for it';
  const isDamaged = error.code === 'invalid-patch' || error.code === 'patch-unreadable';
  return isDamaged ? 'its patch is damaged: look at the disk that holds the patches' : undefined;
}

function textOf(error: unknown): string {
  const hint = error instanceof ExpectedError && error.hint !== undefined ? ` (${error.hint})` : '';
  return linesOf(error) + hint;
}

function linesOf(error: unknown): string {
  const lines = error instanceof ProgramError ? error.errorLines : [];
  return [messageOf(error), ...lines].join('; ');
}
