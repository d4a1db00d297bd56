import {commandText} from '../../hosts/command-text.js';
import {diagnoseEnding} from '../../hosts/diagnosis/diagnose-ending.js';
import {HostError} from '../../hosts/host-error.js';
import {type DetachedResult, runDetached} from '../../hosts/run-detached.js';
import {requireProgram} from './require-program.js';
import {TaskError} from '../task-error.js';

/** A command of the user's own beside a run. */
export interface Hook {
  /** The code of its failures. */
  readonly kind: 'snapshot-hook' | 'task-hook' | 'mail-failed';
  /** Of the configuration, that names it. */
  readonly key: string;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Standard input; empty when undefined. */
  readonly input?: string;
  /** 0: no limit. */
  readonly timeoutMs: number;
}

export interface HookOutcome {
  readonly key: string;
  /** `cut-short`: by a time-out, an abort or a signal, so that nobody knows how far it came. */
  readonly state: 'ended' | 'cut-short' | 'not-started';
  /** Undefined when it ended with status 0. */
  readonly failure: TaskError | undefined;
  /** The last lines of its output. */
  readonly lines: readonly string[];
}

const TIMEOUT_KEYS = {
  'snapshot-hook': ' (snapshot_hook_timeout)',
  'task-hook': ' (hook_timeout)',
  'mail-failed': '',
} as const;

/** Runs a hook to its end. Never throws for what becomes of it. */
export async function runHook(
  hook: Hook,
  options: {readonly signal?: AbortSignal; readonly onStart?: (pid: number) => Promise<void>} = {},
): Promise<HookOutcome> {
  const {kind, key, command, environment, input, timeoutMs} = hook;
  const describe = `${key} (${commandText(command)})`;
  try {
    await requireProgram(command[0] ?? '', key, kind);
    const request = {words: command, environment, input, timeoutMs, describe, ...options};
    return outcomeOf(hook, describe, await runDetached(request));
  } catch (error) {
    if (error instanceof TaskError) return {key, state: 'not-started', failure: error, lines: []};
    if (!(error instanceof HostError)) throw error;
    return {key, state: 'not-started', failure: notStarted(hook, error), lines: []};
  }
}

function outcomeOf(hook: Hook, describe: string, {end, lines}: DetachedResult): HookOutcome {
  const {kind, key, command, timeoutMs} = hook;
  const failed = (state: HookOutcome['state'], what: string): HookOutcome => {
    const failure = new TaskError(kind, `${describe} ${what}`, {errorLines: lines});
    return {key, state, failure, lines};
  };
  switch (end.kind) {
    case 'exit':
      return end.status === 0
        ? {key, state: 'ended', failure: undefined, lines}
        : failed('ended', `ended with status ${end.status}`);
    case 'timed-out':
      return failed('cut-short', `did not end within ${timeoutMs / 1000} s and was ended${TIMEOUT_KEYS[kind]}`);
    case 'signal':
      return failed('cut-short', `was ended by ${end.signal}`);
    case 'aborted':
      return failed('cut-short', 'was told to stop');
    case 'spawn-error': {
      const [file = ''] = command;
      const failure = diagnoseEnding({end, errorLines: lines, describe, file, role: 'program'});
      return {key, state: 'not-started', failure: notStarted(hook, failure), lines};
    }
    default:
      return end satisfies never;
  }
}

function notStarted({kind, key}: Hook, failure: HostError | undefined): TaskError {
  return new TaskError(kind, `${key}: ${failure?.message ?? 'it cannot be started'}`, {
    cause: failure,
    hint: failure?.hint,
  });
}
