import {debugStory} from '../log.js';
import {LvmError} from './lvm-error.js';

/**
 * Runs a program to its end, here or on another machine, and resolves whatever its status is. Rejects when the program
 * could not be run at all, for an abort and for a time-out; these rejections pass through src/lvm unchanged.
 */
export type RunCommand = (
  words: readonly string[],
  options?: RunCommandOptions,
) => Promise<{readonly status: number; readonly stdout: string; readonly stderr: string}>;

export interface RunCommandOptions {
  readonly signal?: AbortSignal | undefined;
  /** No limit when undefined. */
  readonly timeoutMs?: number;
  /** For messages: `/sbin/lvm lvcreate`. */
  readonly describe?: string;
  /** It goes on when this process ends, however that comes. */
  readonly outlivesUs?: boolean;
}

/** The LVM of one machine. */
export interface Lvm {
  readonly run: RunCommand;
  /** The program that is used as `PROGRAM lvs …`: `/sbin/lvm`. */
  readonly programPath: string;
  /** Waits between attempts; the clock's own when undefined. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

export interface LvmOutcome {
  readonly status: number;
  readonly stdout: string;
  /** Standard error, one entry a line, trimmed and without empty ones. */
  readonly errorLines: readonly string[];
}

const story = debugStory('lvm');

/**
 * Runs one subcommand with messages in English, which are told apart below. `limits` are for those that only look: to
 * kill one that has suspended a volume would stop everybody who writes there. So one without a time-out is not ended with
 * us either.
 *
 * @throws LvmError 'lvm-missing'; what the runner rejects with.
 */
export async function runLvm(
  lvm: Lvm,
  words: readonly string[],
  limits: Pick<RunCommandOptions, 'signal' | 'timeoutMs'> = {},
): Promise<LvmOutcome> {
  story('%s', words.join(' '));
  // `env`, because the environment of a command at a far end is not ours to set.
  const command = ['env', 'LVM_SUPPRESS_FD_WARNINGS=1', 'LC_ALL=C', lvm.programPath, ...words];
  const {status, stdout, stderr} = await lvm.run(command, {
    ...limits,
    describe: `${lvm.programPath} ${words[0]}`,
    outlivesUs: limits.timeoutMs === undefined,
  });
  const errorLines = linesOf(stderr);
  story('%s ended with status %d %o', words[0], status, errorLines);
  if (status === 127 || status === 126) {
    throw new LvmError('lvm-missing', `cannot run ${lvm.programPath}: ${firstTrouble({status, stdout, errorLines})}`, {
      errorLines,
      hint: 'lvm2 is needed on the machine that holds the volume',
    });
  }
  return {status, stdout, errorLines};
}

/** @throws LvmError 'lvm-denied' or 'lvm-failed' always: `trouble` and LVM's own first words about it. */
export function throwLvmFailure(trouble: string, outcome: LvmOutcome): never {
  const isDenied = outcome.errorLines.some((line) => line.includes('Permission denied'));
  throw new LvmError(isDenied ? 'lvm-denied' : 'lvm-failed', `${trouble}: ${firstTrouble(outcome)}`, {
    errorLines: outcome.errorLines,
    hint: isDenied ? 'only root may work with LVM volumes' : undefined,
  });
}

/** Later lines tend to be consequences of the first, or advice to read the manual. */
function firstTrouble({status, errorLines}: LvmOutcome): string {
  const line =
    errorLines.find((line) => line.startsWith('Invalid argument for ')) ?? errorLines.find((line) => !isRemark(line));
  return line?.replace(/\.$/, '') ?? `it ended with status ${status}`;
}

/** About something beside the matter: a warning, or a device that cannot be read, which every command mentions. */
export function isRemark(line: string): boolean {
  return REMARK.test(line);
}

const REMARK = /^(WARNING:|Error (reading|writing) device |\/\S+: (read|write) failed after )/;

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
