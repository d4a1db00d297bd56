import {messageOf} from '../../errors.js';
import {plainText} from '../../plain-text.js';
import type {StatusLevel, StatusReport, TaskStatus} from '../../tasks/status/status-report.js';

/**
 * One line as the plug-ins of Nagios and its kin print it: the worst first, then figures of each task for graphs, ages
 * with their limits, in seconds and bytes.
 */
export function formatNagiosLine({level, tasks, goneTasks, configFile}: StatusReport): string {
  const enabled = tasks.filter(({disabled}) => !disabled);
  // Of a disabled one, only what runs left incomplete.
  const counted = tasks.filter(({disabled, problems}) => !disabled || problems.length > 0);
  const figures = enabled.flatMap(performanceData);
  const line = `${SERVICE} ${level.toUpperCase()} - ${[summaryOf(counted, configFile), ...goneTasks.map(toldOf)].join('; ')}`;
  return figures.length === 0 ? `${line}\n` : `${line} | ${figures.join(' ')}\n`;
}

/** What cannot even be looked at. */
export function formatNagiosUnknown(error: unknown): string {
  return `${SERVICE} UNKNOWN - ${harmless(messageOf(error))}\n`;
}

const SERVICE = 'BDSYNC';
const GRAVITY: readonly StatusLevel[] = ['critical', 'unknown', 'warning'];

function summaryOf(tasks: readonly TaskStatus[], configFile: string): string {
  const bad = GRAVITY.flatMap((level) => tasks.filter((task) => task.level === level));
  if (tasks.length === 0) return harmless(`no enabled task in ${configFile}`);
  if (bad.length === 0) return `${count(tasks.length)} ok`;
  const told = bad.map(toldOf);
  return `${bad.length} of ${count(tasks.length)}: ${told.join('; ')}`;
}

function toldOf({task, problems: [gravest]}: Pick<TaskStatus, 'task' | 'problems'>): string {
  return harmless(`${task}: ${gravest?.text ?? ''}`);
}

function count(amount: number): string {
  return `${amount} ${amount === 1 ? 'task' : 'tasks'}`;
}

/** `'home age'=3600s;86400;172800;0` */
function performanceData({task, lastSuccess, warnAfterMs, critAfterMs}: TaskStatus): string[] {
  if (lastSuccess === undefined) return [];
  const {ageMs, durationMs, differingBytes, sourceBytes} = lastSuccess;
  const limits = [warnAfterMs, critAfterMs].map((limit) => (limit === undefined ? '' : seconds(limit)));
  const label = (what: string): string => `'${harmless(task).replaceAll(/['=]/g, '_')} ${what}'`;
  return [
    ...(ageMs === undefined ? [] : [`${label('age')}=${seconds(ageMs)}s;${limits.join(';')};0`]),
    ...(durationMs === undefined ? [] : [`${label('duration')}=${seconds(durationMs)}s;;;0`]),
    ...(differingBytes === undefined ? [] : [`${label('differing')}=${differingBytes}B;;;0;${sourceBytes ?? ''}`]),
  ];
}

function seconds(milliseconds: number): string {
  return String(Math.round(milliseconds) / 1000);
}

/** A bar would begin the figures, and a line feed a second part. */
function harmless(text: string): string {
  return plainText(text).replaceAll('|', '/');
}
