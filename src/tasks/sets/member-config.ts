import type {NotifyConfig} from '../config/notify-config.js';
import type {TaskConfig} from '../config/task-config.js';
import {fillTemplate, type NamedVolume} from '../config/volume-template.js';
import {snapshotName} from './snapshot-name.js';

/** The task of one volume of a section. */
export function memberConfig(section: TaskConfig, sourcePath: string, names: NamedVolume): TaskConfig {
  const {targetPatchDir, lvmSnapshot} = section;
  return {
    ...section,
    name: memberName(section.name, names.volume),
    sourcePath,
    targetPath: fillTemplate(section.targetPath, names),
    targetPatchDir: targetPatchDir === undefined ? undefined : fillTemplate(targetPatchDir, names),
    notify: memberNotify(section.notify, names),
    lvmSnapshot: lvmSnapshot && {...lvmSnapshot, name: snapshotName(lvmSnapshot.name, names)},
  };
}

export function memberNotify(section: NotifyConfig, names: NamedVolume): NotifyConfig {
  return {...section, ping: section.ping?.forVolume(names)};
}

/** In plans, reports, locks and messages. */
export function memberName(section: string, volume: string): string {
  return `${section}/${volume}`;
}
