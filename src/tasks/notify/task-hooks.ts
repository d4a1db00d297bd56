import {formatJson} from '../../json-text.js';
import type {TaskHooks} from '../config/notify-config.js';
import {type Hook, runHook} from '../programs/run-hook.js';
import {tellHookOutput} from '../programs/tell-hook-output.js';
import type {TaskReport} from '../report.js';
import type {Teller} from '../task-context.js';
import {hookEnvironment, type KnownTask, type TaskEvent} from './hook-environment.js';

export interface HookSurroundings {
  readonly task: KnownTask;
  readonly teller: Pick<Teller, 'log'>;
  readonly signal: AbortSignal;
}

/**
 * Runs on_start, with `start` on its standard input.
 *
 * @throws TaskError 'task-hook' when it failed.
 */
export async function runStartHook(hooks: TaskHooks, start: object, surroundings: HookSurroundings): Promise<void> {
  if (hooks.start === undefined) return;
  const {task, teller, signal} = surroundings;
  const outcome = await runHook(
    hookOf('start', hooks.start, hooks, hookEnvironment('start', task, undefined), formatJson(start)),
    {signal},
  );
  if (outcome.failure) throw outcome.failure;
  tellHookOutput(outcome, teller, 'error');
}

/** Runs the commands that are for such an ending, one after the other; resolves with notes of those that failed. */
export async function runEndHooks(
  hooks: TaskHooks,
  report: TaskReport,
  {task, teller, signal}: HookSurroundings,
): Promise<string[]> {
  const notes: string[] = [];
  for (const event of eventsOf(report)) {
    const command = hooks[event];
    if (command === undefined) continue;
    const environment = hookEnvironment(event, task, report);
    const outcome = await runHook(hookOf(event, command, hooks, environment, formatJson(report)), {signal});
    tellHookOutput(outcome, teller, 'warning');
    if (outcome.failure) notes.push(outcome.failure.message);
  }
  return notes;
}

function eventsOf(report: TaskReport): Exclude<TaskEvent, 'start'>[] {
  switch (report.state) {
    case 'synced':
      return report.figures.differingBytes > 0 ? ['success', 'change'] : ['success'];
    case 'failed':
      return ['failure'];
    case 'skipped':
    case 'planned':
    case 'verified':
      return [];
    default:
      return report satisfies never;
  }
}

function hookOf(
  event: TaskEvent,
  command: readonly string[],
  {timeoutMs}: TaskHooks,
  environment: Record<string, string>,
  input: string,
): Hook {
  return {kind: 'task-hook', key: `on_${event}`, command, environment, input, timeoutMs};
}
