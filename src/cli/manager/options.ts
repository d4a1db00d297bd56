import {Argument, InvalidArgumentError, Option} from '@commander-js/extra-typings';
import {LOG_LEVELS, type LogLevel} from '../../log.js';
import {MAX_JOBS} from '../../tasks/parallel/next-to-start.js';
import {DEFAULT_SCHEDULE_NAME} from '../../tasks/schedule/schedule-places.js';

/** What is read where `--config` names nothing else. */
export const DEFAULT_CONFIG_FILE = '/etc/bdsync-manager.conf';
const DEFAULT_LOG_LEVEL: LogLevel = 'warning';

/** The options that more than one command takes. */
export function configOption() {
  return new Option('--config <file>', 'the configuration file').default(DEFAULT_CONFIG_FILE);
}

export function taskOption(
  what = 'only this task; may be given several times, the order counts',
  all = 'all enabled tasks, in the order of the file',
) {
  return new Option('--task <name>', what)
    .argParser((name: string, earlier: string[]) => [...earlier, name])
    .default([] as string[], all);
}

/** The same without the option: `run home mail`. */
export function tasksArgument(what = 'only these tasks, or the volumes of these sections; as --task') {
  return new Argument('[tasks...]', what);
}

export function logLevelOption() {
  return new Option('--log-level <level>', `what is told on standard error: ${LOG_LEVELS.join(', ')}`)
    .argParser(parseLogLevel)
    .default(DEFAULT_LOG_LEVEL);
}

export function dryRunOption() {
  return new Option('--dry-run', 'show what would be done and how much differs; write nothing');
}

export function waitOption() {
  return new Option('--wait', 'wait for another run of the same task to end, instead of failing');
}

export function jobsOption() {
  return new Option('--jobs <number>', 'how many tasks are run at once; one after the other without it').argParser(
    parseJobs,
  );
}

export function jobsPerHostOption() {
  return new Option('--jobs-per-host <number>', 'with --jobs: how many of them have a target on one host').argParser(
    parseJobs,
  );
}

export function jsonOption() {
  return new Option('--json', 'print the result as one JSON document on standard output');
}

export function progressOption() {
  return new Option('--progress', 'show progress also when standard error is no terminal');
}

export function sampleOption() {
  return new Option('--sample <percent>', 'compare only this share, at random places: 5%').argParser(parsePercent);
}

export function seedOption() {
  return new Option(
    '--seed <number>',
    'with --sample: the places of an earlier sample, as its report names them',
  ).argParser(parseSeed);
}

export const SCHEDULERS = ['systemd', 'cron'] as const;

export function scheduleNameOption() {
  return new Option('--name <name>', 'of the units, or of the file for cron').default(DEFAULT_SCHEDULE_NAME);
}

export function rootOption(what = 'write below this folder, as of an image, and start nothing') {
  return new Option('--root <folder>', what);
}

export function yesOption() {
  return new Option('--yes', 'do not ask');
}

function parsePercent(text: string): number {
  const percent = /^\d+(\.\d+)?%$/.test(text) ? Number(text.slice(0, -1)) : 0;
  if (percent > 0 && percent <= 100) return percent;
  throw new InvalidArgumentError('It is a share of more than 0% and at most 100%, such as 5%.');
}

function parseSeed(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
}

function parseJobs(text: string): number {
  const jobs = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (jobs >= 1 && jobs <= MAX_JOBS) return jobs;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MAX_JOBS}.`);
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((name) => name === text.toLowerCase());
  if (level === undefined) throw new InvalidArgumentError(`It is one of ${LOG_LEVELS.join(', ')}.`);
  return level;
}
