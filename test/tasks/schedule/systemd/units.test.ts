import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {describe, expect, test} from 'vitest';
import {loadConfiguration} from '#dist/tasks/config/configuration.js';
import {selectTasks} from '#dist/tasks/select.js';
import {scheduledCommand} from '#dist/tasks/schedule/scheduled-command.js';
import {type ServiceNeeds, serviceNeeds} from '#dist/tasks/schedule/service-needs.js';
import {calendarEvent} from '#dist/tasks/schedule/systemd/calendar-event.js';
import {INSTALLED_HEAD} from '#dist/tasks/schedule/systemd/installed-head.js';
import {packagedUnits} from '#dist/tasks/schedule/systemd/packaged-units.js';
import {serviceUnit} from '#dist/tasks/schedule/systemd/service-unit.js';
import {timerUnit} from '#dist/tasks/schedule/systemd/timer-unit.js';
import {CONFINED_MARK} from '#dist/tasks/service-hint.js';
import {SURROUNDINGS} from '../../../support/read-config.js';
import {exposureOf, noSystemdAnalyze, verifyUnits} from '../../../support/systemd-analyze.js';
import {temporaryFolder} from '../../../support/temporary-folder.js';

const EXAMPLES = fileURLToPath(new URL('../../../../examples/', import.meta.url));
const PATHS = {node: '/usr/bin/node', program: '/usr/lib/node_modules/bdsync-manager/bin/bdsync-manager.js'};
const COMMAND = ['/bin/true', 'run'];
const TIMER = {
  head: INSTALLED_HEAD.timer,
  unitName: 'bdsync-manager',
  onCalendar: ['*-*-* 02:30'],
  randomizedDelaySeconds: 900,
};

/** Images on this machine, and nothing else. */
const FILES: ServiceNeeds = {
  foreignPrograms: [],
  lvm: false,
  devices: false,
  ssh: false,
  network: false,
  writesHere: true,
  writableFolders: ['/srv/copies'],
  temporaryFolders: false,
  cleanUpMs: 0,
};

const KINDS: Readonly<Record<string, {needs: ServiceNeeds; exposure: number}>> = {
  'images on this machine': {needs: FILES, exposure: 1.9},
  'an image to another machine': {
    needs: {...FILES, ssh: true, network: true, writesHere: false, writableFolders: []},
    exposure: 2.5,
  },
  'disks on this machine': {needs: {...FILES, devices: true}, exposure: 2.2},
  'volumes with snapshots, to another machine': {
    needs: {...FILES, lvm: true, devices: true, ssh: true, network: true, writesHere: false},
    exposure: 3.5,
  },
  'paths below /tmp': {needs: {...FILES, temporaryFolders: true}, exposure: 2.2},
  'programs of the administrator': {needs: {...FILES, foreignPrograms: ['on_failure']}, exposure: 8.5},
};

function service(needs: ServiceNeeds, command = COMMAND): string {
  return serviceUnit({head: INSTALLED_HEAD.service, unitName: 'bdsync-manager', command, needs});
}

if (noSystemdAnalyze !== undefined) console.warn(`SKIPPED: units, as systemd judges them: ${noSystemdAnalyze}`);

describe.skipIf(noSystemdAnalyze)(`systemd-analyze${noSystemdAnalyze ? ` (skipped: ${noSystemdAnalyze})` : ''}`, () => {
  test.each(Object.entries(KINDS))('verify finds nothing in the units for %s', async (_kind, {needs}) => {
    const units = {'bdsync-manager.service': service(needs), 'bdsync-manager.timer': timerUnit(TIMER)};
    expect(await verifyUnits(await temporaryFolder(), units)).toBe('');
  });

  test('verify does find what is wrong', async () => {
    const text = service(FILES).replace('ProtectSystem=strict', 'ProtectSystem=stricter');
    expect(await verifyUnits(await temporaryFolder(), {'bdsync-manager.service': text})).toContain('stricter');
  });

  test.each(Object.entries(KINDS))(
    'security finds the service for %s exposed no more than that',
    async (_kind, {needs, exposure}) => {
      const found = await exposureOf(await temporaryFolder(), service(needs));
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(exposure);
    },
  );
});

describe('a service', () => {
  test('may write where its tasks write, whatever the paths are called', () => {
    const text = service({...FILES, writableFolders: ['/srv/50% of "it"', '/srv/b']});
    expect(text).toContain('\nReadWritePaths="-/srv/50%% of \\"it\\""\nReadWritePaths=-/srv/b\n');
    expect(text).toContain('\nProtectSystem=strict\n');
  });

  test('that is confined tells its runs so', () => {
    const marks = Object.entries(KINDS).filter(([, {needs}]) =>
      service(needs).includes(`\nEnvironment=${CONFINED_MARK}=yes\n`),
    );
    expect(marks.map(([kind]) => kind)).toEqual(
      Object.keys(KINDS).filter((kind) => kind !== 'programs of the administrator'),
    );
  });

  test('has no network, no devices and no right to control them where nothing needs that', () => {
    const text = service(FILES);
    expect(text).toContain('\nPrivateNetwork=yes');
    expect(text).toContain('\nPrivateDevices=yes');
    expect(text).not.toMatch(/AF_INET|SYS_ADMIN|DeviceAllow|network-online/);
    expect(service({...FILES, network: true})).not.toContain('PrivateNetwork=yes');
  });

  test('leaves programs of the administrator what they may need, and says so', () => {
    const text = service({...FILES, lvm: true, foreignPrograms: ['before_snapshot', 'on_failure']});
    expect(text).toMatch(/^# .*\(before_snapshot, on_failure\)/m);
    expect(text).not.toMatch(
      /^(Environment=BDSYNC|NoNewPrivileges|ProtectHome|PrivateTmp|CapabilityBoundingSet|SystemCallFilter=[^~]|Device)/m,
    );
  });

  test.each([
    [0, 300],
    [90_000, 390],
    [Number.POSITIVE_INFINITY, 3600],
  ])('that runs %i ms more while it is stopped has time for that', (cleanUpMs, seconds) => {
    expect(service({...FILES, cleanUpMs})).toContain(`\nTimeoutStopSec=${seconds}\n`);
  });

  test('that uses LVM does not take that along, nor what thaws file systems, when the run itself is killed', () => {
    expect(service({...FILES, lvm: true})).toContain('\nKillMode=process\n');
    expect(service(FILES)).toContain('\nKillMode=mixed\n');
  });

  test('has a comment above each line that opens something', () => {
    const text = service({...FILES, lvm: true, devices: true, ssh: true, network: true, temporaryFolders: true});
    const lines = text.split('\n');
    for (const opening of [
      /^ReadWritePaths=-%h/,
      /^ReadWritePaths=-\/srv/,
      /^DevicePolicy/,
      /^CapabilityBoundingSet/,
      /^NotifyAccess/,
    ]) {
      const index = lines.findIndex((line) => opening.test(line));
      expect(lines[index - 1], String(opening)).toMatch(/^# /);
    }
  });
});

describe('a timer', () => {
  test('starts at each of its times, with a delay that may be none', () => {
    const text = timerUnit({...TIMER, onCalendar: ['hourly', '*-*-* 02:30'], randomizedDelaySeconds: 0});
    expect(text).toContain('\nOnCalendar=hourly\nOnCalendar=*-*-* 02:30\n');
    expect(text).not.toContain('Delay');
    expect(text).toContain('\nPersistent=yes\n');
  });

  test.each([
    ['daily 02:30', '*-*-* 02:30'],
    [' Daily  2:30:15 ', '*-*-* 2:30:15'],
    ['daily', 'daily'],
    ['Mon..Fri *-*-* 22:00 Europe/Berlin', 'Mon..Fri *-*-* 22:00 Europe/Berlin'],
  ])('takes %j as %j', (text, event) => {
    expect(calendarEvent(text)).toBe(event);
  });

  test.each(['', '%h', 'daily\nOnCalendar=hourly', '02:30;', '02:30 #', '"02:30"'])('refuses %j', (text) => {
    expect(() => calendarEvent(text)).toThrow('is no time for a timer');
  });
});

describe('the units of a package', () => {
  const packaged = packagedUnits({node: '/usr/bin/node', program: '/usr/share/x.js'}, '/etc/bdsync-manager.conf');

  test('have the timer that install writes, but for where it is from', () => {
    const [brought, written] = [packaged.timer, timerUnit(TIMER)].map((text) => text.replaceAll(/^#.*\n/gm, ''));
    expect(brought).toBe(written);
    expect(packaged.timer).not.toMatch(/Written by|uninstall/);
  });

  test('have a service that suits every kind of task', () => {
    for (const {needs} of Object.values(KINDS)) {
      for (const line of service(needs).matchAll(/^(?:Wants|After)=.*$/gm)) expect(packaged.service).toContain(line[0]);
    }
    expect(packaged.service).toContain(
      '\nExecStart=:/usr/bin/node /usr/share/x.js run --config=/etc/bdsync-manager.conf --log-level=info\n',
    );
    expect(packaged.service).not.toMatch(
      /^(Environment=BDSYNC|Restrict(AddressF|N)|Private|ProtectHome|IPAddress|NoNew|Capab|Device)/m,
    );
    expect(packaged.service).not.toContain('\nProtectSystem=strict');
  });

  test.skipIf(noSystemdAnalyze)('are judged no worse than what may start any program', async () => {
    const text = packaged.service.replace('ExecStart=:/usr/bin/node', 'ExecStart=:/bin/true');
    const units = {'bdsync-manager.service': text, 'bdsync-manager.timer': packaged.timer};
    expect(await verifyUnits(await temporaryFolder(), units)).toBe('');
    expect(await exposureOf(await temporaryFolder(), text)).toBeLessThanOrEqual(8.5);
  });
});

describe('the examples are what is generated', () => {
  test.each(['service', 'timer'])('bdsync-manager.%s', async (kind) => {
    const configuration = await loadConfiguration(`${EXAMPLES}nightly-lvm-host.conf`, {
      ...SURROUNDINGS,
      defaultStateDir: () => '/var/lib/bdsync-manager',
    });
    const needs = await serviceNeeds(selectTasks(configuration, []), [], async (path) => ({
      kind: 'missing',
      realPath: path,
    }));
    const run = {configFile: '/etc/bdsync-manager.conf', tasks: []};
    const command = scheduledCommand(run, PATHS, ['--log-level=info']);
    const text = kind === 'timer' ? timerUnit(TIMER) : service(needs, command);
    expect(await readFile(`${EXAMPLES}bdsync-manager.${kind}`, 'utf8')).toBe(text);
  });
});
