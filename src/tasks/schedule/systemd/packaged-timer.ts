import {lstatSync, readFileSync} from 'node:fs';
import {isPackagedText} from '../own-mark.js';
import {schedulePlaces} from '../schedule-places.js';

/** What there is of the timer that a package brought; `root` stands for `/`. @throws ScheduleError for no name of one */
export function packagedTimer(name: string, root = '/'): 'none' | 'disabled' | 'enabled' {
  const {packaged, wanted} = schedulePlaces(name, root);
  if (!isPackagedText(textOf(packaged.timer))) return 'none';
  // Where another folder stands for `/`, the link leads nowhere.
  return lstatSync(wanted, {throwIfNoEntry: false}) === undefined ? 'disabled' : 'enabled';
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
