import type {TaskFailure} from './report.js';

/**
 * One message for a failed task: the stage and what failed in it, the other end's last words, how the target is left,
 * the remedy. The first line says enough on its own:
 *
 *     apply: no space left on /srv/home.img
 *     | last words of the other end
 *     target: /srv/home.img on ssh backup@store may be partly written; the next run completes it
 *     hint: …
 */
export function formatFailure(failure: TaskFailure, rephraseHint = (hint: string): string => hint): string {
  const lines = [`${failure.stage}: ${failure.message}`];
  for (const line of failure.errorLines) if (!repeats(line, failure.message)) lines.push(`| ${line}`);
  for (const message of failure.cleanUpFailures) lines.push(`clean-up failed, too: ${message}`);
  const target = targetText(failure);
  if (target !== undefined) lines.push(`target: ${target}`);
  if (failure.hint !== undefined) lines.push(`hint: ${rephraseHint(failure.hint)}`);
  return lines.join('\n');
}

/** Whether a line says nothing that the message does not, but for who speaks: `ssh: connect to host …`. */
function repeats(line: string, message: string): boolean {
  return message.includes(line.replace(/^\S+: /, '').replace(/\.?\s*$/, ''));
}

/** In which somebody might think that the target was written. */
const AT_WORK: readonly TaskFailure['stage'][] = ['snapshot', 'generate', 'apply', 'verify', 'clean up'];

function targetText({target, stage}: TaskFailure): string | undefined {
  if (target === undefined) return undefined;
  const name = `${target.path} on ${target.host}`;
  switch (target.state) {
    case 'untouched':
      return AT_WORK.includes(stage) ? `${name} was not touched` : undefined;
    case 'created':
      return `${name} was created by this run and holds no data yet`;
    case 'grown':
      return `${name} was made larger by this run; its data are as before`;
    case 'recovered':
      return `what an interrupted run had begun on ${name} was finished or undone; this run wrote nothing else to it`;
    case 'undone':
      return `${name} is as it was: what this run had written was undone`;
    case 'partly-written':
      return `${name} may be partly written; the next run completes it`;
    case 'complete':
      return `${name} is up to date: what failed came after that`;
    default:
      return target.state satisfies never;
  }
}
