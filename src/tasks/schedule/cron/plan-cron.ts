import {existsSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Host} from '../../../hosts/host.js';
import {localHost} from '../../../hosts/local-host.js';
import {planOwnFile, readOwnFile} from '../own-file.js';
import {NOTHING, type ScheduleChange} from '../schedule-change.js';
import {ScheduleError} from '../schedule-error.js';
import {schedulePlaces} from '../schedule-places.js';
import {ownPaths, scheduledCommand, type ScheduledRun} from '../scheduled-command.js';
import {cronLine, cronTable} from './cron-table.js';
import {parseCronTime} from './cron-time.js';

export interface CronRequest extends ScheduledRun {
  readonly name: string;
  /** The folder that stands for `/`; undefined for this machine. */
  readonly root: string | undefined;
  readonly at: string;
  readonly user: string;
}

/** What lets cron start runs. @throws ScheduleError */
export async function planCron(request: CronRequest, host: Pick<Host, 'run'> = localHost()): Promise<ScheduleChange> {
  const {name, root, at, user} = request;
  const {cronTable: path} = schedulePlaces(name, root ?? '/');
  const text = cronTable({at: parseCronTime(at).text, user, command: scheduledCommand(request, ownPaths())});
  if (root === undefined) await requireUser(user, host);
  const notes = existsSync(dirname(path))
    ? []
    : [`There is no ${dirname(path)} yet: cron is not installed, or not one that looks there.`];
  return {...NOTHING, files: [await planOwnFile(path, text)], notes};
}

/** What keeps cron from it again. @throws ScheduleError for a file of somebody else. */
export async function planCronRemoval(name: string, root: string | undefined): Promise<ScheduleChange> {
  const {cronTable: path} = schedulePlaces(name, root ?? '/');
  return {...NOTHING, removals: (await readOwnFile(path)) === undefined ? [] : [path]};
}

/** The line for a crontab of one's own. @throws ScheduleError */
export function printableCronLine(request: ScheduledRun & Pick<CronRequest, 'at'>): string {
  return cronLine(parseCronTime(request.at).text, scheduledCommand(request, ownPaths()));
}

/** cron tells nobody that it passes over a line with a user whom it does not know. */
async function requireUser(user: string, host: Pick<Host, 'run'>): Promise<void> {
  const {status} = await host.run(['id', '-u', '--', user]);
  if (status !== 0) throw new ScheduleError('schedule-value', `there is no user ${user} on this machine`);
}
