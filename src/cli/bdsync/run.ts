import {OptionError} from '../../getopt.js';
import {isHangupIgnored} from '../../terminal.js';
import {Interruption, Interrupts} from '../interrupts.js';
import {requireUtf8Words} from '../require-utf8.js';
import {ExpectedError} from '../../errors.js';
import {unwrapSuppressed} from '../../suppressed-errors.js';
import {DEFECT_STATUS, statusOfError, statusOfSignal} from './exit-status.js';
import {formatError} from './error-text.js';
import {type Invocation, parseInvocation} from './invocation.js';
import {Notices} from './notices.js';
import type {RoleContext} from './role-context.js';

/** A signal must end the program promptly, also while the kernel does not let go of a device. */
const INTERRUPTED_PATIENCE_MS = 5000;

/** The program `bdsync`: does what `words` ask for and returns the status to end with. */
export async function runBdsync(words: readonly string[]): Promise<number> {
  const notices = new Notices();
  // Node would end with 1, which says that the words are wrong.
  process.on('uncaughtException', (error) => {
    process.stderr.write(`bdsync: ${formatError(error)}\n`, () => process.exit(DEFECT_STATUS));
  });
  using interrupts = new Interrupts({
    source: process,
    onNotice: () => {},
    ignoresHangup: isHangupIgnored(),
    endAtOnce: () => process.exit(130),
  });
  const {signal} = interrupts;
  signal.addEventListener('abort', () => {
    setTimeout(() => process.exit(interruptedStatus(signal)), INTERRUPTED_PATIENCE_MS).unref();
  });
  let status: number;
  try {
    status = await play(parseInvocation(requireUtf8Words(words)), {notices, signal});
  } catch (error) {
    status = statusOfError(error);
    if (!signal.aborted) await tellFailure(error, notices);
  }
  await notices.end();
  return signal.aborted ? interruptedStatus(signal) : status;
}

/** Roles are loaded when they are needed: a server starts for each comparison, and should do so fast. */
async function play(invocation: Invocation, context: RoleContext): Promise<number> {
  switch (invocation.role) {
    case 'client':
      return (await import('./client-role.js')).runClient(invocation, context);
    case 'server':
      await (await import('./server-role.js')).runServer(invocation, context);
      return 0;
    case 'patch':
      await (await import('./patch-role.js')).runPatch(invocation, context);
      return 0;
    case 'sealed':
      await (await import('./sealed-role.js')).runSealed(invocation, context);
      return 0;
    case 'hold':
      return (await import('./hold-role.js')).runHold(invocation, context);
    case 'help':
      return print((await import('./usage.js')).usageText());
    case 'version':
      return print(`bdsync-manager ${(await import('../../version.js')).packageVersion()}\n`);
    default:
      return invocation satisfies never;
  }
}

function print(text: string): Promise<number> {
  return new Promise((resolve) => {
    process.stdout.on('error', () => {});
    process.stdout.write(text, () => resolve(0));
  });
}

async function tellFailure(thrown: unknown, notices: Notices): Promise<void> {
  const {failure} = unwrapSuppressed(thrown);
  if (!(failure instanceof ExpectedError)) {
    notices.text(`bdsync: ${formatError(thrown)}\n`);
    return;
  }
  // This line is one that scripts know.
  if (failure.message.startsWith('Different sizes ')) notices.line(failure.message);
  else notices.line(`bdsync: ${formatError(thrown)}`);
  if (failure instanceof OptionError) notices.text((await import('./usage.js')).usageText());
}

function interruptedStatus({reason}: AbortSignal): number {
  return statusOfSignal(reason instanceof Interruption ? reason.signalName : 'SIGTERM');
}
