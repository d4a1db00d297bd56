import {Argument, type Command} from '@commander-js/extra-typings';
import {changeSchedule} from '../change-schedule.js';
import type {CommandContext} from '../command-context.js';
import {helpAfterOptions} from '../help-text.js';
import {rootOption, scheduleNameOption, SCHEDULERS, yesOption} from '../options.js';

const EXAMPLES = [
  {line: 'bdsync-manager uninstall systemd', does: 'stop the timer, and remove it and its service'},
  {line: 'bdsync-manager uninstall cron --name mail', does: 'remove what was installed under another name'},
];

/** `bdsync-manager uninstall systemd|cron` */
export function addUninstallCommand(program: Command, context: CommandContext): void {
  program
    .command('uninstall')
    .summary('take away what install wrote')
    .description(
      'Removes the files that install wrote, and nothing else. A run that is under way is left to end. Shows what it is ' +
        'going to do first, and asks.',
    )
    .addArgument(new Argument('<scheduler>', 'systemd or cron').choices(SCHEDULERS))
    .addOption(scheduleNameOption())
    .addOption(rootOption('remove below this folder, as of an image, and stop nothing'))
    .addOption(yesOption())
    .addHelpText('after', helpAfterOptions({examples: EXAMPLES, task: 'the schedule could not be removed'}))
    .action(async (scheduler, {name, root, yes}) => {
      const {planCronRemoval, planTimerRemoval} = context.tasks;
      const change = scheduler === 'systemd' ? await planTimerRemoval(name, root) : await planCronRemoval(name, root);
      context.end(await changeSchedule(change, {yes: yes === true}, context));
    });
}
