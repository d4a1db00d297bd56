import {OWN_MARK} from '../own-mark.js';
import {ScheduleError} from '../schedule-error.js';
import {quoteCronWord} from './quote-cron-word.js';

export interface CronTableRequest {
  /** As `parseCronTime` accepts it. */
  readonly at: string;
  readonly user: string;
  readonly command: readonly string[];
}

/** crontab(5) of Debian: longer ones are cut or refused. */
const MAX_COMMAND_LENGTH = 998;

/** The text of a file for /etc/cron.d. @throws ScheduleError for a word or a user that cannot be written there. */
export function cronTable({at, user, command}: CronTableRequest): string {
  if (!/^[a-z_][\w.-]*\$?$/i.test(user)) {
    throw new ScheduleError('schedule-value', `'${user}' is no name of a user`);
  }
  return [
    `${OWN_MARK} install cron; bdsync-manager uninstall cron removes it.`,
    '# cron mails what is printed to its user: nothing, as long as all goes well.',
    'SHELL=/bin/sh',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `${at} ${user} ${cronCommand(command)}`,
    '',
  ].join('\n');
}

/** A line for a crontab of one's own, as crontab(1) edits it. @throws ScheduleError */
export function cronLine(at: string, command: readonly string[]): string {
  return `${at} ${cronCommand(command)}\n`;
}

function cronCommand(words: readonly string[]): string {
  const text = words.map(quoteCronWord).join(' ');
  if (Buffer.byteLength(text) <= MAX_COMMAND_LENGTH) return text;
  throw new ScheduleError('schedule-value', `the command is longer than cron takes (${MAX_COMMAND_LENGTH} bytes)`, {
    hint: 'give these tasks a configuration file of their own',
  });
}
