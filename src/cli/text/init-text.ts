import {quoteWords} from '../../hosts/quote.js';
import {plainLines, plainText} from '../../plain-text.js';
import type {Finding} from '../../tasks/check/check-report.js';
import type {PlannedConfig} from '../../tasks/init/add-section.js';
import type {TargetLook} from '../../tasks/init/look-at-target.js';

/** What is going to be written. */
export function formatPlannedConfig({draft: {file, existing}, added, text}: PlannedConfig): string {
  const verb = existing === undefined ? 'write' : 'add to';
  return `${verb} ${plainText(file)}:\n    ${plainLines(existing === undefined ? text : added, '    ')}\n\n`;
}

/** How the way to the target went. */
export function formatReach({hostName, isLocal, reach, bdsync, troubles}: TargetLook): string {
  const lines = troubles.map(formatTrouble);
  if (isLocal || reach !== 'reached') return lines.join('');
  const there =
    bdsync === undefined
      ? 'no bdsync is there that can be used'
      : bdsync.kind === 'ours'
        ? `bdsync-manager ${bdsync.version} is there`
        : 'the original bdsync is there';
  return `${plainText(hostName)} was reached, and ${there}\n${lines.join('')}`;
}

export interface WrittenTask {
  readonly name: string;
  /** Undefined for the usual one. */
  readonly configFile: string | undefined;
  readonly isReady: boolean;
}

/** What to do now. */
export function formatNextCommands({name, configFile, isReady}: WrittenTask): string {
  const task = optionWords('--task', name);
  const config = configFile === undefined ? [] : optionWords('--config', configFile);
  const commands = [
    ...(isReady ? [] : [{words: ['check'], does: 'see whether that is mended'}]),
    {words: ['--dry-run', ...task], does: 'see what would be done, and how much differs'},
    {words: task, does: 'do it'},
    {words: ['install', 'systemd'], does: 'do it every night; or: install cron'},
  ];
  const lines = commands.map(
    ({words, does}) => `  ${quoteWords(['bdsync-manager', ...words, ...config])}\n      ${does}`,
  );
  return `next:\n${lines.join('\n')}\n`;
}

/** Only behind `=`, what begins with a hyphen is no option. */
function optionWords(option: string, value: string): string[] {
  return value.startsWith('-') ? [`${option}=${value}`] : [option, value];
}

function formatTrouble({message, hint}: Finding): string {
  const hintLine = hint === undefined ? '' : `  hint: ${plainLines(hint, '    ')}\n`;
  return `${plainLines(message, '  ')}\n${hintLine}`;
}
