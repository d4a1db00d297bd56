import {type Command, InvalidArgumentError, Option} from '@commander-js/extra-typings';
import {parseDuration} from '../../../units.js';
import {formatJson} from '../../../json-text.js';
import {formatLog} from '../../text/log-table.js';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {configOption, jsonOption, logLevelOption, taskOption, tasksArgument} from '../options.js';
import {UsageError} from '../usage-error.js';

const EXAMPLES = [
  {line: 'bdsync-manager log', does: 'show the last runs of the tasks of /etc/bdsync-manager.conf'},
  {line: 'bdsync-manager log home --failed --since 30d', does: 'show what failed in one task in the last 30 days'},
];

const DEFAULT_LIMIT = 50;

/** `bdsync-manager log [TASK...]` */
export function addLogCommand(program: Command, context: CommandContext): void {
  program
    .command('log')
    .summary('show past runs')
    .description('Shows past runs of tasks, the newest last, with how they ended. Touches no other machine.')
    .addArgument(tasksArgument())
    .addOption(configOption())
    .addOption(taskOption('only this task; may be given several times', 'all tasks'))
    .addOption(
      new Option('--since <time>', 'only what began then or later: 12h, 30d, 2026-11-01, 2026-11-01T02:00').argParser(
        parseSince,
      ),
    )
    .addOption(new Option('--failed', 'only what was no success'))
    .addOption(
      new Option('--limit <count>', 'at most so many, the newest; 0 for all')
        .argParser(parseLimit)
        .default(DEFAULT_LIMIT),
    )
    .addOption(new Option('--sync', 'what bdsync-manager sync did, instead of the tasks of a configuration'))
    .addOption(jsonOption())
    .addOption(logLevelOption())
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES, task: 'the records of past runs cannot be read'}))
    .action(async (named, {config, task, since, failed, limit, sync, json}) => {
      const names = [...named, ...task];
      if (sync && names.length > 0) throw new UsageError('with --sync, there are no tasks to be named');
      const configuration = sync ? undefined : await context.tasks.loadConfiguration(config);
      const report = await context.tasks.reportLog({
        configuration,
        names,
        sinceMs: since,
        failedOnly: failed === true,
        limit: limit === 0 ? undefined : limit,
      });
      context.stdout.write(json ? formatJson(report) : formatLog(report, context.stdout));
      context.end(EXIT_STATUS.success);
    });
}

const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** A date without a time zone is one of this machine, at midnight where it has no time. */
function parseSince(text: string): number {
  const agoMs = parseDuration(text);
  if (agoMs !== undefined) return Date.now() - agoMs;
  const atMs = DATE.test(text) ? Date.parse(text.includes('T') ? text : `${text}T00:00`) : Number.NaN;
  if (Number.isFinite(atMs)) return atMs;
  throw new InvalidArgumentError('It is a time ago (90, 30m, 12h, 30d) or a date (2026-11-01, 2026-11-01T02:00).');
}

function parseLimit(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is a whole number.');
}
