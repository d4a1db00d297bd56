import {LvmError} from '../../lvm/lvm-error.js';
import {neededRoom, type Overflow} from './needed-room.js';

/** Why a snapshot that is to be extended could overflow nevertheless; `off` when it is not to be. */
export type Extending = 'off' | 'too-slow' | 'failed' | 'group-full';

/** The overflow of a snapshot in the terms of the task: how far the run came, and which size it needs. */
export function explainOverflow(cause: LvmError, overflow: Overflow, extending: Extending): LvmError {
  const {comparedShare} = overflow;
  const progress = comparedShare === undefined ? '' : `, when ${Math.floor(comparedShare * 100)}% were compared`;
  return new LvmError('snapshot-invalid', `${cause.message}${progress}`, {
    cause,
    hint: `${WHY[extending]}${sizeAdvice(overflow)}${extending === 'off' ? OR_GROW : ''}`,
  });
}

const WHY: Readonly<Record<Extending, string>> = {
  off: '',
  'too-slow': 'it filled up faster than it was extended; ',
  failed: 'it could not be extended; ',
  'group-full': 'its group had no more room to extend it; ',
};

const OR_GROW = '; lvm_snapshot_autoextend lets it grow as long as its group has room';

function sizeAdvice(overflow: Overflow): string {
  const {likelyBytes, wholeBytes} = neededRoom(overflow);
  const always = `lvm_snapshot_size = ${sizeText(wholeBytes)} holds whatever is written`;
  return likelyBytes === wholeBytes
    ? always
    : `a whole run is likely to need lvm_snapshot_size = ${sizeText(likelyBytes)} or more, and ${always}`;
}

const MIB = 2 ** 20;
const PLAIN_MIB = 10 * 1024;

/** As the key takes it: `80m`, `12g`, rounded up. */
function sizeText(bytes: number): string {
  const mebibytes = Math.ceil(bytes / MIB);
  return mebibytes < PLAIN_MIB ? `${mebibytes}m` : `${Math.ceil(mebibytes / 1024)}g`;
}
