import type {DeviceUse} from '../../tasks/init/device-use.js';
import type {FoundDevice, FoundDevices} from '../../tasks/init/find-devices.js';
import {plainText} from '../../plain-text.js';
import {formatBytes} from '../../units.js';
import type {Screen} from '../screen/screen.js';
import {renderFittedTable} from './fitted-table.js';

/** A numbered row for each device, with what it is and what it is used for. */
export function formatDevices(
  {devices, lvmTrouble}: FoundDevices,
  screen: Pick<Screen, 'columns' | 'hasColors'>,
): string {
  const trouble = lvmTrouble === undefined ? '' : `LVM does not tell of its volumes: ${plainText(lvmTrouble)}\n`;
  if (devices.length === 0) return `no block devices were found\n${trouble}`;
  const rows = devices.map((device, index) => [
    {text: String(index + 1)},
    {text: device.path},
    {text: formatBytes(device.sizeBytes)},
    {text: wordsOn(device)},
  ]);
  const head = ['No', 'Device', 'Size', 'What it is'];
  return renderFittedTable({head, rows, alignment: ['right', 'left', 'right', 'left']}, screen) + trouble;
}

function wordsOn({kind, ...use}: FoundDevice): string {
  return [kind, ...useWords(use)].join(', ');
}

function useWords({mountPoints, isSwap, usedBy, openedAs, luksVersion, silence}: DeviceUse): string[] {
  return [
    ...(silence === undefined ? [] : [silence === 'late' ? 'does not answer' : 'suspended']),
    ...(luksVersion === undefined ? [] : [`encrypted (LUKS${luksVersion}), and copied so`]),
    ...(openedAs === undefined ? [] : ['opened from an encrypted one: its plain text would be copied']),
    ...mountPoints.map((place) => `mounted on ${place}`),
    ...(isSwap ? ['swap space'] : []),
    ...userWords(usedBy),
  ];
}

/** A disk of a volume group has as many users as the group has volumes. */
function userWords([first, ...others]: readonly string[]): string[] {
  if (first === undefined) return [];
  return [others.length === 0 ? `used by ${first}` : `used by ${first} and ${others.length} more`];
}
