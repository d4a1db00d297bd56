import type {TaskPlan} from '../plan.js';
import {sizeRemedy} from './size-remedy.js';
import {TaskError} from '../task-error.js';

/**
 * Whether bdsync would take a target of this size for this source.
 *
 * @throws TaskError 'size-mismatch'
 */
export function checkSizes(
  plan: Pick<TaskPlan, 'sizePolicy' | 'target'>,
  sourceBytes: number,
  targetKind: 'file' | 'block',
  targetBytes: number,
): void {
  const {mode} = plan.sizePolicy;
  if (sourceBytes === targetBytes || mode === 'minsize' || (mode === 'resize' && targetKind === 'file')) return;
  if (mode === 'resize') {
    const {path} = plan.target;
    throw new TaskError(
      'size-mismatch',
      `the device ${path} has ${targetBytes} bytes, its source has ${sourceBytes}, and a device cannot be resized here`,
      {hint: sizeRemedy(targetKind)},
    );
  }
  throw new TaskError('size-mismatch', `Different sizes local=${sourceBytes} remote=${targetBytes}`, {
    hint: sizeRemedy(targetKind),
  });
}
