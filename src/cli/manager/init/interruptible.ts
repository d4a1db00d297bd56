import {createLogPrinter} from '../../screen/log-printer.js';
import type {CommandContext} from '../command-context.js';
import {watchInterrupts} from '../watch-interrupts.js';

/** Work that a signal ends. Between such work, when a person is asked, the prompt hears it. */
export async function interruptible<Result>(
  context: CommandContext,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  using interrupts = watchInterrupts(
    context,
    createLogPrinter(context.stderr, 'warning', () => {}),
  );
  try {
    return await work(interrupts.signal);
  } catch (error) {
    interrupts.signal.throwIfAborted();
    throw error;
  }
}
