import {isHangupIgnored} from '../../terminal.js';
import type {CommandContext} from './command-context.js';
import {EXIT_STATUS} from './exit-status.js';
import {Interrupts} from '../interrupts.js';
import type {PrintLog} from '../screen/log-printer.js';

/** Interrupts for the time of a command, told of as warnings; the last resort ends with the status for cancelled. */
export function watchInterrupts({signals, endAtOnce}: CommandContext, print: PrintLog): Interrupts {
  return new Interrupts({
    source: signals,
    onNotice: (message) => print('warning', undefined, message),
    ignoresHangup: isHangupIgnored(),
    endAtOnce: () => endAtOnce(EXIT_STATUS.cancelled),
  });
}
