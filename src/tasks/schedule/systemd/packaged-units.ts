import {PACKAGED_MARK} from '../own-mark.js';
import {DEFAULT_SCHEDULE_NAME} from '../schedule-places.js';
import {type ProgramPaths, scheduledCommand} from '../scheduled-command.js';
import type {ServiceNeeds} from '../service-needs.js';
import {calendarEvent} from './calendar-event.js';
import {serviceUnit} from './service-unit.js';
import {timerUnit} from './timer-unit.js';
import {USUAL_DELAY_SECONDS, USUAL_EVENT} from './usual-times.js';

/** Tasks of every kind: what a configuration will say is not known when a package is made. */
const ANY_TASKS: ServiceNeeds = {
  foreignPrograms: ['whatever the configuration will name'],
  lvm: true,
  devices: true,
  ssh: true,
  network: true,
  writesHere: true,
  writableFolders: [],
  temporaryFolders: true,
  cleanUpMs: Number.POSITIVE_INFINITY,
};

/** The units that a package brings: those of `install systemd` with its defaults, for whatever tasks there will be. */
export function packagedUnits(paths: ProgramPaths, configFile: string): {service: string; timer: string} {
  const unitName = DEFAULT_SCHEDULE_NAME;
  const command = scheduledCommand({configFile, tasks: []}, paths, ['--log-level=info']);
  const onCalendar = [calendarEvent(USUAL_EVENT)];
  return {
    service: serviceUnit({head: SERVICE_HEAD, unitName, command, needs: ANY_TASKS}),
    timer: timerUnit({head: TIMER_HEAD, unitName, onCalendar, randomizedDelaySeconds: USUAL_DELAY_SECONDS}),
  };
}

const SERVICE_HEAD = [
  PACKAGED_MARK,
  '# It has to suit whatever tasks there will be, and can hardly be confined. bdsync-manager install systemd looks at yours,',
  '# and writes a service to /etc/systemd/system that is confined to what they need, and takes the place of this one.',
];
const TIMER_HEAD = [PACKAGED_MARK, '# Switched off until somebody says: systemctl enable --now bdsync-manager.timer'];
