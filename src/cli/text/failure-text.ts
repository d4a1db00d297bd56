import type {TaskFailure} from '../../tasks/report.js';

/**
 * One message for a failed task: the stage and what failed in it, the other end's last words, the remedy. The first
 * line says enough on its own:
 *
 *     apply: no space left on /srv/home.img
 *     | last words of the other end
 *     hint: …
 */
export function formatFailure(failure: TaskFailure, rephraseHint = (hint: string): string => hint): string {
  const lines = [`${failure.stage}: ${failure.message}`];
  for (const line of failure.errorLines) lines.push(`| ${line}`);
  if (failure.hint !== undefined) lines.push(`hint: ${rephraseHint(failure.hint)}`);
  return lines.join('\n');
}
