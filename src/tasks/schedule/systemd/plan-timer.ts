import {existsSync} from 'node:fs';
import {localHost} from '../../../hosts/local-host.js';
import type {Host} from '../../../hosts/host.js';
import {HostError} from '../../../hosts/host-error.js';
import type {SelectedTask} from '../../select.js';
import {planOwnFile, readOwnFile} from '../own-file.js';
import {NOTHING, type ScheduleChange} from '../schedule-change.js';
import {ScheduleError} from '../schedule-error.js';
import {schedulePlaces} from '../schedule-places.js';
import {ownPaths, scheduledCommand, type ScheduledRun} from '../scheduled-command.js';
import {serviceNeeds} from '../service-needs.js';
import {calendarEvent, TIME_HINT} from './calendar-event.js';
import {INSTALLED_HEAD} from './installed-head.js';
import {packagedTimer} from './packaged-timer.js';
import {serviceUnit} from './service-unit.js';
import {timerUnit} from './timer-unit.js';
import {whyNoSystemctl} from './why-no-systemctl.js';

export interface TimerRequest extends ScheduledRun {
  readonly name: string;
  /** The folder that stands for `/`; undefined for this machine. */
  readonly root: string | undefined;
  readonly selected: readonly SelectedTask[];
  readonly onCalendar: readonly string[];
  readonly randomizedDelaySeconds: number;
}

export type SystemHost = Pick<Host, 'run'>;

/** What puts runs on a timer of systemd. @throws ScheduleError */
export async function planTimer(request: TimerRequest, host: SystemHost = localHost()): Promise<ScheduleChange> {
  const {name, root, selected, randomizedDelaySeconds} = request;
  const places = schedulePlaces(name, root ?? '/');
  const onCalendar = request.onCalendar.map(calendarEvent);
  await requireKnownToSystemd(onCalendar, host);
  const paths = ownPaths();
  const command = scheduledCommand(request, paths, ['--log-level=info']);
  const needs = await serviceNeeds(selected, [paths.node, paths.program, request.configFile]);
  const unitName = name;
  return {
    files: [
      await planOwnFile(places.service, serviceUnit({head: INSTALLED_HEAD.service, unitName, command, needs})),
      await planOwnFile(
        places.timer,
        timerUnit({head: INSTALLED_HEAD.timer, unitName, onCalendar, randomizedDelaySeconds}),
      ),
    ],
    removals: [],
    before: [],
    after: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', `${name}.timer`],
    ],
    whyNotRun: whyNoSystemctl(root),
    notes: [
      ...(needs.foreignPrograms.length > 0 ? [LOOSE_NOTE] : []),
      ...(packagedTimer(name, root) === 'none' ? [] : [PACKAGED_NOTE]),
    ],
  };
}

const LOOSE_NOTE =
  'The service is hardly confined, as the tasks start programs of your own. What these mount is not seen outside of it.';

const PACKAGED_NOTE = 'They take the place of those that the package brought.';

/** What takes them off it again: no run that is under way, and nothing that an administrator wrote. @throws ScheduleError */
export async function planTimerRemoval(name: string, root: string | undefined): Promise<ScheduleChange> {
  const {service, timer, timerStamp, dropIns} = schedulePlaces(name, root ?? '/');
  const removals = [];
  for (const path of [timer, service]) if ((await readOwnFile(path)) !== undefined) removals.push(path);
  const packaged = packagedTimer(name, root);
  if (removals.length === 0 && packaged !== 'enabled') return NOTHING;
  const leftAlone = dropIns.filter((folder) => existsSync(folder));
  return {
    ...NOTHING,
    // By the stamp, a timer of the same name would make up for all that time.
    removals: existsSync(timerStamp) ? [...removals, timerStamp] : removals,
    before:
      removals.includes(timer) || packaged === 'enabled' ? [['systemctl', 'disable', '--now', `${name}.timer`]] : [],
    after: removals.length > 0 ? [['systemctl', 'daemon-reload']] : [],
    whyNotRun: whyNoSystemctl(root),
    notes: [
      ...leftAlone.map((folder) => `${folder} is left alone.`),
      ...(packaged === 'none' ? [] : ['The units that the package brought stay, switched off.']),
    ],
  };
}

/** Asks the program that knows, where it is there. @throws ScheduleError */
async function requireKnownToSystemd(events: readonly string[], host: SystemHost): Promise<void> {
  try {
    const {status, stderr} = await host.run(['systemd-analyze', 'calendar', '--', ...events], {timeoutMs: 30_000});
    if (status === 0) return;
    throw new ScheduleError('schedule-value', `systemd does not understand that time\n${stderr}`, {hint: TIME_HINT});
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'command-not-found') throw error;
  }
}
