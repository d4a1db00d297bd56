import {KeyFault} from './key-fault.js';
import {volumeName} from './key-values.js';
import {quoted} from './quoted.js';

/** A volume by the words that stand for it in the values of its section. */
export interface NamedVolume {
  readonly volume: string;
  readonly group: string;
}

/** The text with `{volume}` and `{group}` filled in. */
export function fillTemplate(text: string, names: NamedVolume): string {
  return text.replaceAll(/\{(volume|group)\}/g, (_, word: string) => (word === 'volume' ? names.volume : names.group));
}

export function namesVolume(template: string): boolean {
  return template.includes('{volume}');
}

/** A target or folder of each of several volumes. */
export function requireVolumeWord(template: string): string {
  if (namesVolume(template)) return template;
  throw new KeyFault('all volumes of source_path would be written to this one target', {
    hint: 'name each by the word {volume}: images/{volume}.img, say',
  });
}

/** The name of the snapshot of each of several volumes. Throws KeyFault. */
export function snapshotNameTemplate(text: string): string {
  if (text === '{volume}') throw new KeyFault(`${quoted(text)} is the name of the volume itself`);
  return volumeName(text, fillTemplate(text, {volume: 'v', group: 'g'}));
}
