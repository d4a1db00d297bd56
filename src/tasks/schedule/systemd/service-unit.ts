import type {ServiceNeeds} from '../service-needs.js';
import {unitCommand} from './quote-unit-word.js';
import {sandbox} from './sandbox.js';
import {settingLines, type UnitSetting} from './unit-setting.js';

export interface ServiceUnitRequest {
  /** Comments that say where it is from. */
  readonly head: readonly string[];
  readonly unitName: string;
  /** Words, the absolute path of the program first. */
  readonly command: readonly string[];
  readonly needs: ServiceNeeds;
}

/** The text of the service that runs tasks once. @throws ScheduleError for a word that cannot be written there. */
export function serviceUnit({head, unitName, command, needs}: ServiceUnitRequest): string {
  return [
    ...head,
    `# What you want to be otherwise belongs in a drop-in: systemctl edit ${unitName}.service`,
    '[Unit]',
    'Description=Copies of block devices and disk images, brought in step',
    'Documentation=man:bdsync-manager(1) man:bdsync-manager.conf(5)',
    ...settingLines(dependencies(needs)),
    '',
    '[Service]',
    ...settingLines(processSettings(command, needs)),
    '',
    ...settingLines(sandbox(needs)),
    '',
  ].join('\n');
}

function dependencies({network, foreignPrograms, lvm}: ServiceNeeds): UnitSetting[] {
  const settings: UnitSetting[] = [];
  if (network || foreignPrograms.length > 0) {
    settings.push({lines: ['Wants=network-online.target', 'After=network-online.target']});
  }
  if (lvm) {
    settings.push({
      why: 'Snapshots need it, and inside of the sandbox no module is loaded by a program.',
      lines: ['Wants=modprobe@dm_snapshot.service', 'After=modprobe@dm_snapshot.service'],
    });
  }
  return settings;
}

/** For ending programs at both ends, removing snapshots, and telling of it. */
const STOP_SECONDS = 300;
const LONGEST_STOP_SECONDS = 3600;

function processSettings(command: readonly string[], {cleanUpMs, lvm}: ServiceNeeds): UnitSetting[] {
  const stopSeconds = Math.min(STOP_SECONDS + Math.ceil(cleanUpMs / 1000), LONGEST_STOP_SECONDS);
  return [
    {
      why: 'A run begins and ends: systemctl start waits for its end, a failed run is a failed unit, and there is one at a time.',
      lines: ['Type=oneshot'],
    },
    {
      why: 'Which task is under way is told by systemd-notify, which the run starts: systemctl status shows it.',
      lines: ['NotifyAccess=all'],
    },
    {lines: [`ExecStart=${unitCommand(command)}`]},
    {
      why: 'A run that is stopped ends what it started, and removes its snapshots; after that time it is killed.',
      lines: [`TimeoutStopSec=${stopSeconds}`],
    },
    lvm
      ? {
          why: 'Of a run that is killed, LVM goes on, which may have suspended a volume, and so does who waits to thaw file systems.',
          lines: ['KillMode=process'],
        }
      : {why: 'And so is whatever it left.', lines: ['KillMode=mixed']},
    {
      lines: ['Environment=HOME=%h', 'StateDirectory=bdsync-manager', 'StateDirectoryMode=0700', 'UMask=0077'],
    },
  ];
}
