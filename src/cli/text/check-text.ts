import type {CheckReport, CheckedTask, Finding} from '../../tasks/check/check-report.js';
import {type Color, type Paint, painter} from './colors.js';
import {plainLines, plainText} from '../../plain-text.js';
import type {Screen} from '../screen/screen.js';

/** Per task a line with the verdict; below it what is wrong, what a user should know, and what was found. */
export function formatCheck({configFile, warnings, tasks}: CheckReport, screen: Pick<Screen, 'hasColors'>): string {
  const paint = painter(screen.hasColors);
  return [
    ...warnings.map((finding) => formatFinding('warning', 'yellow', finding, paint, '')),
    ...(tasks.length === 0 ? [`${plainText(configFile)}: no tasks\n`] : []),
    ...tasks.map((task) => formatTask(task, paint)),
  ].join('');
}

function formatTask(task: CheckedTask, paint: Paint): string {
  const {configErrors, unmetNeeds, warnings, facts} = task;
  return [
    `${plainText(task.task)}: ${verdict(task, paint)}\n`,
    ...configErrors.map((finding) => formatFinding('error', 'red', finding, paint)),
    ...unmetNeeds.map((finding) => formatFinding('unmet need', 'red', finding, paint)),
    ...warnings.map((finding) => formatFinding('warning', 'yellow', finding, paint)),
    ...facts.map((fact) => `  ${plainLines(fact, '    ')}\n`),
  ].join('');
}

/** The needs of a disabled task are not looked at. */
function verdict({configErrors, unmetNeeds, disabled}: CheckedTask, paint: Paint): string {
  if (configErrors.length > 0) return `${paint('red', 'configuration error')}${disabled ? ' (disabled)' : ''}`;
  if (disabled) return paint('yellow', 'disabled');
  return unmetNeeds.length > 0 ? paint('red', 'not ready') : paint('green', 'ready');
}

function formatFinding(kind: string, color: Color, {message, hint}: Finding, paint: Paint, indent = '  '): string {
  const hintLine = hint === undefined ? '' : `${indent}  hint: ${plainLines(hint, `${indent}    `)}\n`;
  return `${indent}${paint(color, kind)}: ${plainLines(message, `${indent}  `)}\n${hintLine}`;
}
