import {BdsyncError} from '../../bdsync/errors.js';
import {applySealedPatch} from '../../bdsync/sealed-patcher.js';
import {remedyFor} from '../../bdsync/sealed/sealed-session.js';
import {defaultStateDir} from '../../state-dir.js';
import {unwrapSuppressed} from '../../suppressed-errors.js';
import {beginWhenTold} from './begin-when-told.js';
import type {SealedInvocation} from './invocation.js';
import {ProgressLines} from './progress-lines.js';
import type {RoleContext} from './role-context.js';

/** Before the program ends whatever is still under way. */
const STOPPING_PATIENCE_MS = 4000;

/** Applies a sealed patch, or finishes or undoes that, and tells the outcome in one line on standard output. */
export async function runSealed(invocation: SealedInvocation, {notices, signal}: RoleContext): Promise<void> {
  const progress = invocation.progress && new ProgressLines(invocation.progress, notices);
  let patchBytes = 0;
  let hasBegun = false;
  let isTold = false;
  // Whoever stops it must hear how the target is left, also when the kernel does not let go of a device.
  const tellRemedy = (): void => {
    if (hasBegun && !isTold) notices.line(`bdsync: stopped (${remedyFor(invocation)})`);
    isTold = true;
  };
  signal.addEventListener('abort', () => setTimeout(tellRemedy, STOPPING_PATIENCE_MS).unref());
  try {
    const result = await applySealedPatch({
      ...invocation,
      stateDir: defaultStateDir(),
      signal,
      onShared: beginWhenTold,
      onBegin: () => (hasBegun = true),
      onWarning: (message) => notices.line(message),
      onProgress: (state) => {
        ({patchBytes} = state);
        progress?.report(state);
      },
    });
    const {outcome, extents, writtenBytes, readBack, sizeBytes} = result;
    progress?.finish({patchBytes, sizeBytes});
    isTold = true;
    await tell(`sealed ${outcome} extents=${extents} bytes=${writtenBytes} read-back=${readBack}\n`);
  } catch (error) {
    const {failure} = unwrapSuppressed(error);
    if (signal.aborted && failure instanceof BdsyncError && failure.hint !== undefined) tellRemedy();
    throw error;
  }
}

function tell(line: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.on('error', () => {});
    process.stdout.write(line, () => resolve());
  });
}
