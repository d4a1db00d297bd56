import {CommanderError} from '@commander-js/extra-typings';
import type {CommandContext} from './command-context.js';
import {withCommandWord} from './command-word.js';
import {answerCompletion, COMPLETE_WORD} from './completion/answer-completion.js';
import {formatError} from '../text/error-text.js';
import {formatNagiosUnknown} from '../text/nagios-line.js';
import {EXIT_STATUS, type ExitStatus, nagiosStatusOf, statusOfError} from './exit-status.js';
import {requireUtf8Surroundings, requireUtf8Words} from '../require-utf8.js';
import {withPriority} from '../screen/journal.js';
import type {Screen} from '../screen/screen.js';
import {createProgram} from './program.js';

/** bdsync-manager from its arguments to its exit status; everything printed is handed to the system then. */
export async function main(words: readonly string[], world: Omit<CommandContext, 'end'>): Promise<ExitStatus> {
  let status: ExitStatus = EXIT_STATUS.success;
  const program = createProgram({
    ...world,
    end: (ended) => {
      status = ended;
    },
  });
  try {
    if (words[0] === COMPLETE_WORD) world.stdout.write(await answerCompletion(words.slice(1), {program, ...world}));
    else {
      requireUtf8Surroundings();
      await program.parseAsync(withCommandWord(requireUtf8Words(words), program), {from: 'user'});
    }
  } catch (error) {
    if (!isHelpOrVersion(error)) status = tellFailure(error, withCommandWord(words, program), world);
  }
  return await settleOutput(world, status);
}

/** A monitoring system reads standard output only, and takes a 2 for something else than a wrong command line. */
function tellFailure(
  error: unknown,
  words: readonly string[],
  {stdout, stderr}: Omit<CommandContext, 'end'>,
): ExitStatus {
  if (isForNagios(words)) {
    stdout.write(formatNagiosUnknown(error));
    return nagiosStatusOf('unknown');
  }
  writeError(stderr, error);
  return statusOfError(error);
}

/** What could not be written was not told: no success then. */
async function settleOutput({stdout, stderr}: Omit<CommandContext, 'end'>, status: ExitStatus): Promise<ExitStatus> {
  try {
    await stdout.settled();
    await stderr.settled();
    return status;
  } catch (error) {
    writeError(stderr, error);
    return status === EXIT_STATUS.success ? statusOfError(error) : status;
  }
}

function writeError(stderr: Screen, error: unknown): void {
  const text = formatError(error);
  stderr.write(stderr.isJournal ? withPriority('error', text) : text);
}

function isForNagios([command, ...words]: readonly string[]): boolean {
  const end = words.indexOf('--');
  return command === 'status' && words.slice(0, end < 0 ? undefined : end).includes('--nagios');
}

function isHelpOrVersion(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}
