import type {LvmOutcome} from './lvm.js';

/** Whether a command failed because the volume group has too little left for it. */
export function isGroupFull({errorLines}: Pick<LvmOutcome, 'errorLines'>): boolean {
  return errorLines.some((line) => /insufficient (free space|suitable allocatable extents)/i.test(line));
}
