import {join} from 'node:path';
import {ScheduleError} from './schedule-error.js';

/** The files of a schedule, by its name and by the folder that stands for `/`. */
export interface SchedulePlaces {
  readonly service: string;
  readonly timer: string;
  /** Where a package puts units of the same name; those above take their place. */
  readonly packaged: {readonly service: string; readonly timer: string};
  /** The link that an enabled timer has. */
  readonly wanted: string;
  /** Where systemd notes when a timer that makes up for missed runs was due. */
  readonly timerStamp: string;
  /** Where `systemctl edit` puts what an administrator changes. */
  readonly dropIns: readonly string[];
  readonly cronTable: string;
}

/** Below the root: of an administrator, and of packages. */
export const UNITS = 'etc/systemd/system';
export const PACKAGED_UNITS = 'usr/lib/systemd/system';

export const DEFAULT_SCHEDULE_NAME = 'bdsync-manager';
/** Units and files of cron alike; cron passes over names with a dot. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/** @throws ScheduleError for a name that no unit and no file of cron can have. */
export function schedulePlaces(name: string, root: string): SchedulePlaces {
  if (!NAME.test(name)) {
    throw new ScheduleError('schedule-value', `'${name}' cannot be the name of a schedule`, {
      hint: 'it has letters, digits, hyphens and underscores only, at most 100',
    });
  }
  const units = join(root, UNITS);
  const packaged = join(root, PACKAGED_UNITS);
  return {
    service: join(units, `${name}.service`),
    timer: join(units, `${name}.timer`),
    packaged: {service: join(packaged, `${name}.service`), timer: join(packaged, `${name}.timer`)},
    wanted: join(units, 'timers.target.wants', `${name}.timer`),
    timerStamp: join(root, 'var/lib/systemd/timers', `stamp-${name}.timer`),
    dropIns: ['service', 'timer'].map((kind) => join(units, `${name}.${kind}.d`)),
    cronTable: join(root, 'etc/cron.d', name),
  };
}
