import type {TaskFailure} from '../tasks/report.js';

/**
 * One message for a failed task, the first line on its own sufficient:
 *
 *     no space left on /srv/home.img (while: apply)
 *     | last words of the other end
 *     hint: …
 */
export function formatFailure(failure: TaskFailure): string {
  const lines = [`${failure.message}${failure.stage === '' ? '' : ` (while: ${failure.stage})`}`];
  for (const line of failure.errorLines) lines.push(`| ${line}`);
  if (failure.hint !== undefined) lines.push(`hint: ${failure.hint}`);
  return lines.join('\n');
}
