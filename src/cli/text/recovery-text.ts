import {plainText} from '../../plain-text.js';
import type {RecoveredApplication, RecoveryReport} from '../../tasks/recovery/recovery-report.js';

const DONE: Readonly<Record<Exclude<RecoveredApplication['state'], 'failed'>, string>> = {
  finished: 'was finished',
  undone: 'was undone',
  untouched: 'nothing was left to be done',
};

/** A line for each application; the words of what failed below it. */
export function formatRecovery({applications, removed, warnings}: RecoveryReport): string {
  if ([...applications, ...removed, ...warnings].length === 0) return 'nothing to recover\n';
  const lines = [...applications.flatMap(linesOf), ...removed, ...warnings.map((warning) => `warning: ${warning}`)];
  return lines.map((line) => `${plainText(line)}\n`).join('');
}

function linesOf({task, host, target, state, message, hint, errorLines}: RecoveredApplication): string[] {
  const place = target === undefined ? task : `${task}: ${target} on ${host ?? ''}`;
  if (state !== 'failed') return [`${place}: ${DONE[state]}`];
  const remedy = hint === undefined ? [] : [`  hint: ${hint}`];
  return [`${place}: ${message ?? ''}`, ...errorLines.map((line) => `  | ${line}`), ...remedy];
}
