import {remedyFor} from '../../bdsync/sealed/sealed-session.js';
import {ExpectedError, messageOf} from '../../errors.js';
import {ApplierRefusal, runSealedApplier, type SealedOutcome} from '../programs/sealed-applier.js';
import type {StoredPatch} from '../programs/stored-patch.js';
import type {ApplicationRecord} from '../state/leftover.js';
import type {TaskContext} from '../task-context.js';
import {lookAtFiles} from './look-at-files.js';

/**
 * Applies a stored patch with a seal. That this begins is noted before, so that whatever happens, the next run finishes
 * it. `confirmHold` is asked before it may write. A patch of which nothing was written goes with the run, as any other
 * does, and so does one that was undone because the target's file system has no room for it.
 */
export async function applySealed(
  context: TaskContext,
  stored: StoredPatch,
  confirmHold: () => Promise<void>,
): Promise<SealedOutcome['readBack']> {
  const {plan, host, signal, meter, watchdog, teller} = context;
  const {targetProgram: program, allowTargetInUse} = plan;
  const record = await stored.beginApplication({
    targetPath: plan.target.path,
    program,
    options: [
      ...plan.patchArguments.filter((word) => word.startsWith('--diffsize')),
      ...(allowTargetInUse ? ['--allow-in-use'] : []),
    ],
    since: new Date().toISOString(),
  });
  watchdog.waitingFor = `bdsync --sealed on ${host.name}, which writes ${plan.target.path}`;
  try {
    const {readBack} = await runSealedApplier({
      record,
      host,
      mode: 'apply',
      confirmHold,
      signal,
      meter,
      watchdog,
      onProgress: (position, sizeBytes) => teller.progress(meter, position, sizeBytes, sizeBytes),
    });
    teller.targetState = 'complete';
    return readBack;
  } catch (error) {
    if (await mayHaveWritten(context, record, error)) {
      if (isForRoom(error) && (await undo(context, record, confirmHold))) {
        if (teller.targetState === 'untouched') teller.targetState = 'undone';
        throw withoutRoom(error, record);
      }
      stored.keep();
      teller.targetState = 'partly-written';
      teller.note(
        `${record.path} on ${host.name} and its journal stay until the next run, or 'recover', finishes them`,
      );
    }
    throw error;
  }
}

/** A file with holes needs room where it is written: the nights to come would find none either. */
function isForRoom(error: unknown): error is ApplierRefusal {
  return error instanceof ApplierRefusal && error.code === 'disk-full';
}

/** False when it is not certain: then it is still to be finished or undone. */
async function undo(
  {host, signal, teller, watchdog}: TaskContext,
  record: ApplicationRecord,
  confirmHold: () => Promise<void>,
): Promise<boolean> {
  try {
    await runSealedApplier({record, host, mode: 'rollback', confirmHold, signal, watchdog});
    return true;
  } catch (error) {
    if (!(error instanceof ExpectedError)) throw error;
    teller.log('warning', `what was written could not be undone: ${messageOf(error)}`);
    return false;
  }
}

/** What the program had to say about a target that is partly written is over. */
function withoutRoom(
  {code, message, errorLines}: ApplierRefusal,
  {targetPath, path: patchPath}: ApplicationRecord,
): ApplierRefusal {
  const remedy = remedyFor({targetPath, patchPath});
  const without = (text: string): string => text.replace(`; ${remedy}`, '').replace(` (${remedy})`, '');
  const hint = `make room on the file system of ${targetPath}`;
  return new ApplierRefusal(code, without(message), {errorLines: errorLines.map(without), hint});
}

/** Only an applier that is known to have ended can be trusted to have written nothing. */
async function mayHaveWritten(
  {host, teller}: TaskContext,
  record: ApplicationRecord,
  error: unknown,
): Promise<boolean> {
  if (!(error instanceof ApplierRefusal) && !host.isLocal) return true;
  try {
    const {trouble, hasJournal} = await lookAtFiles(host, record);
    return hasJournal || trouble !== undefined;
  } catch (lookError) {
    teller.log('info', messageOf(lookError));
    return true;
  }
}
