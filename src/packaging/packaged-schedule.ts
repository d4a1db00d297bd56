import {DEFAULT_CONFIG_FILE} from '../cli/manager/options.js';
import {schedulePlaces, DEFAULT_SCHEDULE_NAME} from '../tasks/schedule/schedule-places.js';
import {packagedUnits} from '../tasks/schedule/systemd/packaged-units.js';
import {HOME} from './home.js';
import {fileEntry, type TreeEntry} from './tree-entry.js';

/** The service and the timer of the package, which run all tasks of the usual configuration. */
export function packagedSchedule(): TreeEntry[] {
  const paths = {node: '/usr/bin/node', program: `/${HOME}/bin/bdsync-manager.js`};
  const {service, timer} = packagedUnits(paths, DEFAULT_CONFIG_FILE);
  const {packaged} = schedulePlaces(DEFAULT_SCHEDULE_NAME, '');
  return [fileEntry(packaged.service, service), fileEntry(packaged.timer, timer)];
}
