import {readdir, readFile} from 'node:fs/promises';
import {basename, join, resolve} from 'node:path';
import type {Host} from '../../hosts/host.js';
import {localHost} from '../../hosts/local-host.js';
import {parseCronTime} from './cron/cron-time.js';
import {nextCronTime} from './cron/next-cron-time.js';
import {quoteCronWord} from './cron/quote-cron-word.js';
import type {KnownSchedule} from './known-schedule.js';
import {isOwnText, isPackagedText} from './own-mark.js';
import {PACKAGED_UNITS, UNITS} from './schedule-places.js';
import {nextTimerTime} from './systemd/next-timer-time.js';
import {packagedTimer} from './systemd/packaged-timer.js';
import {quoteUnitWord} from './systemd/quote-unit-word.js';
import {whyNoSystemctl} from './systemd/why-no-systemctl.js';

export interface SchedulesRequest {
  readonly configFile: string;
  /** Names that a schedule may have been restricted to. */
  readonly taskNames: readonly string[];
  readonly nowMs: number;
}

/** Where to look; tests have other places. */
export interface ScheduleWorld {
  readonly root: string;
  readonly systemdRuns: boolean;
  readonly host: Pick<Host, 'run'>;
}

/** The schedules that this program wrote for a configuration file. What cannot be read is none. */
export async function findSchedules(
  request: SchedulesRequest,
  world: ScheduleWorld = {root: '/', systemdRuns: whyNoSystemctl(undefined) === undefined, host: localHost()},
): Promise<KnownSchedule[]> {
  const timers = world.systemdRuns ? await findTimers(request, world) : [];
  return [...timers, ...(await findCronTables(request, world))];
}

async function findTimers(request: SchedulesRequest, {root, host}: ScheduleWorld): Promise<KnownSchedule[]> {
  const found: KnownSchedule[] = [];
  for (const {name, text} of await ownServices(root)) {
    const command = /^ExecStart=(.*)$/m.exec(text)?.[1] ?? '';
    const tasks = tasksOf(command, quoteUnitWord, request);
    const timer = name.replace(/service$/, 'timer');
    if (tasks === undefined) continue;
    const nextAt = await nextTimerTime(timer, host);
    // What nobody has switched on is no schedule.
    if (!isPackagedText(text) || nextAt !== undefined || packagedTimer(basename(timer, '.timer'), root) === 'enabled') {
      found.push({name: timer, tasks, nextAt});
    }
  }
  return found;
}

/** Those of a package as well, where nothing takes their place. */
async function ownServices(root: string): Promise<{name: string; text: string}[]> {
  const pattern = /^[^.]+\.service$/;
  const [units, packaged] = [join(root, UNITS), join(root, PACKAGED_UNITS)];
  const hidden: readonly string[] = await readdir(units).catch(() => []);
  const brought = (await filesIn(packaged, pattern, isPackagedText)).filter(({name}) => !hidden.includes(name));
  return [...(await filesIn(units, pattern, isOurs)), ...brought];
}

function isOurs(text: string): boolean {
  return isOwnText(text) || isPackagedText(text);
}

async function findCronTables(request: SchedulesRequest, {root}: ScheduleWorld): Promise<KnownSchedule[]> {
  const folder = join(root, 'etc/cron.d');
  const found: KnownSchedule[] = [];
  for (const {name, text} of await filesIn(folder, /^[^.]+$/, isOwnText)) {
    const line = /^(?:[\d*@].*)$/m.exec(text)?.[0] ?? '';
    const tasks = tasksOf(line, quoteCronWord, request);
    if (tasks !== undefined) found.push({name: join(folder, name), tasks, nextAt: nextOfLine(line, request.nowMs)});
  }
  return found;
}

/** Of a command for this configuration file the tasks that it names; undefined for another file's. */
function tasksOf(
  command: string,
  quote: (word: string) => string,
  {configFile, taskNames}: SchedulesRequest,
): readonly string[] | undefined {
  const has = (word: string): boolean => isWritable(word) && ` ${command} `.includes(` ${quote(word)} `);
  return has(`--config=${resolve(configFile)}`) ? taskNames.filter((name) => has(`--task=${name}`)) : undefined;
}

/** Else it cannot be in there. */
function isWritable(word: string): boolean {
  return !/\p{Cc}/u.test(word);
}

/** Somebody may have written another time there, which cron understands and we do not. */
function nextOfLine(line: string, nowMs: number): string | undefined {
  const fields = line.startsWith('@') ? line.split(' ', 1) : line.split(' ', 5);
  try {
    const atMs = nextCronTime(parseCronTime(fields.join(' ')), nowMs);
    return atMs === undefined ? undefined : new Date(atMs).toISOString();
  } catch {
    return undefined;
  }
}

async function filesIn(
  folder: string,
  pattern: RegExp,
  isWanted: (text: string) => boolean,
): Promise<{name: string; text: string}[]> {
  const names = await readdir(folder).catch(() => []);
  const files = [];
  for (const name of names.filter((each) => pattern.test(each)).toSorted()) {
    const text = await readFile(join(folder, name), 'utf8').catch(() => '');
    if (isWanted(text)) files.push({name, text});
  }
  return files;
}
