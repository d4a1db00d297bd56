import {commandText} from '../../hosts/command-text.js';
import {diagnoseEnding} from '../../hosts/diagnosis/diagnose-ending.js';
import {HostError} from '../../hosts/host-error.js';
import {type DetachedResult, runDetached} from '../../hosts/run-detached.js';
import {requireProgram} from './require-program.js';
import {TaskError} from '../task-error.js';

/** A command of the user's own beside a run. */
export interface Hook {
  /** Of the configuration, that names it. */
  readonly key: 'before_snapshot' | 'after_snapshot';
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** 0: no limit. */
  readonly timeoutMs: number;
}

export interface HookOutcome {
  readonly key: Hook['key'];
  /** `cut-short`: by a time-out, an abort or a signal, so that nobody knows how far it came. */
  readonly state: 'ended' | 'cut-short' | 'not-started';
  /** Undefined when it ended with status 0. */
  readonly failure: TaskError | undefined;
  /** The last lines of its output. */
  readonly lines: readonly string[];
}

/** Runs a hook to its end. Never throws for what becomes of it. */
export async function runHook(
  hook: Hook,
  options: {readonly signal?: AbortSignal; readonly onStart?: (pid: number) => Promise<void>} = {},
): Promise<HookOutcome> {
  const {key, command, environment, timeoutMs} = hook;
  const describe = `${key} (${commandText(command)})`;
  try {
    await requireProgram(command[0] ?? '', key, 'snapshot-hook');
    return outcomeOf(hook, describe, await runDetached({words: command, environment, timeoutMs, describe, ...options}));
  } catch (error) {
    if (error instanceof TaskError) return {key, state: 'not-started', failure: error, lines: []};
    if (!(error instanceof HostError)) throw error;
    return {key, state: 'not-started', failure: notStarted(key, error), lines: []};
  }
}

function outcomeOf({key, command, timeoutMs}: Hook, describe: string, {end, lines}: DetachedResult): HookOutcome {
  const failed = (state: HookOutcome['state'], what: string): HookOutcome => {
    const failure = new TaskError('snapshot-hook', `${describe} ${what}`, {errorLines: lines});
    return {key, state, failure, lines};
  };
  switch (end.kind) {
    case 'exit':
      return end.status === 0
        ? {key, state: 'ended', failure: undefined, lines}
        : failed('ended', `ended with status ${end.status}`);
    case 'timed-out':
      return failed('cut-short', `did not end within ${timeoutMs / 1000} s and was ended (snapshot_hook_timeout)`);
    case 'signal':
      return failed('cut-short', `was ended by ${end.signal}`);
    case 'aborted':
      return failed('cut-short', 'was told to stop');
    case 'spawn-error': {
      const [file = ''] = command;
      const failure = diagnoseEnding({end, errorLines: lines, describe, file, role: 'program'});
      return {key, state: 'not-started', failure: notStarted(key, failure), lines};
    }
    default:
      return end satisfies never;
  }
}

function notStarted(key: string, failure: HostError | undefined): TaskError {
  return new TaskError('snapshot-hook', `${key}: ${failure?.message ?? 'it cannot be started'}`, {
    cause: failure,
    hint: failure?.hint,
  });
}
