import {BdsyncError} from '../../bdsync/errors.js';
import {applySealedPatch} from '../../bdsync/sealed-patcher.js';
import {defaultStateDir} from '../../state-dir.js';
import {unwrapSuppressed} from '../../suppressed-errors.js';
import {formatError} from './error-text.js';
import type {SealedInvocation} from './invocation.js';
import {ProgressLines} from './progress-lines.js';
import type {RoleContext} from './role-context.js';

/** Applies a sealed patch, or finishes or undoes that, and tells the outcome in one line on standard output. */
export async function runSealed(invocation: SealedInvocation, {notices, signal}: RoleContext): Promise<void> {
  const progress = invocation.progress && new ProgressLines(invocation.progress, notices);
  let patchBytes = 0;
  try {
    const result = await applySealedPatch({
      ...invocation,
      stateDir: defaultStateDir(),
      signal,
      onWarning: (message) => notices.line(message),
      onProgress: (state) => {
        ({patchBytes} = state);
        progress?.report(state);
      },
    });
    const {outcome, extents, writtenBytes, readBack, sizeBytes} = result;
    progress?.finish({patchBytes, sizeBytes});
    await tell(`sealed ${outcome} extents=${extents} bytes=${writtenBytes} read-back=${readBack}\n`);
  } catch (error) {
    // Whoever stops it must hear how the target is left.
    const {failure} = unwrapSuppressed(error);
    if (signal.aborted && failure instanceof BdsyncError && failure.hint !== undefined) {
      notices.line(`bdsync: stopped (${failure.hint})`);
    } else if (signal.aborted && !(failure instanceof BdsyncError)) {
      notices.line(`bdsync: ${formatError(error)}`);
    }
    throw error;
  }
}

function tell(line: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.on('error', () => {});
    process.stdout.write(line, () => resolve());
  });
}
