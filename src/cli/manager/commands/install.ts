import {Argument, type Command, InvalidArgumentError, Option} from '@commander-js/extra-typings';
import {parseDuration} from '../../../units.js';
import {changeSchedule} from '../change-schedule.js';
import type {CommandContext} from '../command-context.js';
import {EXIT_STATUS} from '../exit-status.js';
import {helpAfterOptions} from '../help-text.js';
import {
  configOption,
  jobsOption,
  jobsPerHostOption,
  rootOption,
  scheduleNameOption,
  SCHEDULERS,
  taskOption,
  yesOption,
} from '../options.js';
import {parallelLimits} from '../parallel-limits.js';
import {UsageError} from '../usage-error.js';
import type {ConfiguredTask} from '../../../tasks/config/configuration.js';
import {createLogPrinter} from '../../screen/log-printer.js';
import {USUAL_DELAY_SECONDS, USUAL_EVENT} from '../../../tasks/schedule/systemd/usual-times.js';

const EXAMPLES = [
  {line: 'bdsync-manager install systemd', does: 'run all enabled tasks each night, by a timer of systemd'},
  {
    line: "bdsync-manager install systemd --name mail --task mail --on-calendar 'Mon..Fri 22:00'",
    does: 'one task at a time of its own',
  },
  {line: "bdsync-manager install cron --at '15 3 * * *' --yes", does: 'the same by cron, without a question'},
];

const DEFAULT_CRON_TIME = '30 2 * * *';
const DEFAULT_USER = 'root';

/** `bdsync-manager install systemd|cron` */
export function addInstallCommand(program: Command, context: CommandContext): void {
  program
    .command('install')
    .summary('let systemd or cron start the runs')
    .description(
      'Writes a service and a timer of systemd, or a file for cron, which run the tasks of a configuration file. Shows ' +
        'what it is going to do first, and asks.',
    )
    .addArgument(new Argument('<scheduler>', 'systemd or cron').choices(SCHEDULERS))
    .addOption(configOption())
    .addOption(taskOption())
    .addOption(jobsOption())
    .addOption(jobsPerHostOption())
    // commander tells a default only where there is a value for it, and then nobody could see which of them were given.
    .addOption(
      new Option(
        '--on-calendar <event>',
        `systemd: when, as systemd.time(7) has it; may be given several times (default: ${USUAL_EVENT})`,
      ).argParser((event: string, earlier: string[] | undefined) => [...(earlier ?? []), event]),
    )
    .addOption(
      new Option(
        '--randomized-delay <time>',
        `systemd: so much later at most, otherwise on each machine (default: ${USUAL_DELAY_SECONDS / 60}m)`,
      ).argParser(parseDelay),
    )
    .addOption(
      new Option('--at <time>', `cron: minute, hour, day, month and day of the week (default: ${DEFAULT_CRON_TIME})`),
    )
    .addOption(new Option('--user <name>', `cron: whose run it is (default: ${DEFAULT_USER})`))
    .addOption(new Option('--print', 'cron: print a line for a crontab of your own, and write nothing'))
    .addOption(scheduleNameOption())
    .addOption(rootOption())
    .addOption(yesOption())
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES, task: 'the schedule could not be installed'}))
    .action(async (scheduler, flags) => {
      const {config: configFile, task: tasks, name, root, yes} = flags;
      const isSystemd = scheduler === 'systemd';
      refuseFlags(isSystemd ? ['at', 'user', 'print'] : ['onCalendar', 'randomizedDelay'], flags, scheduler);
      const limits = parallelLimits(flags);
      const configuration = await context.tasks.loadConfiguration(configFile);
      const selected = context.tasks.selectTasks(configuration, tasks);
      const faulty = selected.map(({configured}) => configured).find(isFaulty);
      if (faulty?.state === 'invalid') throw faulty.errors[0] ?? new UsageError(`the task ${faulty.name} is faulty`);
      if (!selected.some(({configured}) => isEnabled(configured))) {
        const print = createLogPrinter(context.stderr, 'warning', () => {});
        print('warning', undefined, `no enabled task in ${configuration.file}: the runs will do nothing`);
      }
      const at = flags.at ?? DEFAULT_CRON_TIME;
      if (flags.print) {
        context.stdout.write(context.tasks.printableCronLine({configFile, tasks, limits, at}));
        return context.end(EXIT_STATUS.success);
      }
      const common = {configFile, tasks, limits, name, root};
      const {onCalendar = [USUAL_EVENT], randomizedDelay = USUAL_DELAY_SECONDS, user = DEFAULT_USER} = flags;
      const change = isSystemd
        ? await context.tasks.planTimer({...common, selected, onCalendar, randomizedDelaySeconds: randomizedDelay})
        : await context.tasks.planCron({...common, at, user});
      return context.end(await changeSchedule(change, {yes: yes === true}, context));
    });
}

function isFaulty(configured: {readonly state: string; readonly disabled?: boolean}): boolean {
  return configured.state === 'invalid' && configured.disabled !== true;
}

function isEnabled(configured: ConfiguredTask): boolean {
  return !(configured.state === 'invalid' ? configured.disabled : configured.config.disabled);
}

function refuseFlags(names: readonly string[], flags: Readonly<Record<string, unknown>>, scheduler: string): void {
  const given = names.find((name) => flags[name] !== undefined);
  if (given === undefined) return;
  const option = `--${given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  throw new UsageError(`${option} is not for ${scheduler}`, "see 'bdsync-manager install --help'");
}

const LONGEST_DELAY_MS = 86_400_000;

/** In seconds. */
function parseDelay(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds <= LONGEST_DELAY_MS) return milliseconds / 1000;
  throw new InvalidArgumentError('It is a time of at most a day, such as 15m; 0 for none.');
}
