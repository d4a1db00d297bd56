import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {packagedUnits} from '#dist/tasks/schedule/systemd/packaged-units.js';

export const PACKAGED_UNITS = 'usr/lib/systemd/system';

/** The units of the package, for a configuration file, in a folder that stands for `/`. */
export async function bringUnits(root: string, configFile: string): Promise<void> {
  const folder = join(root, PACKAGED_UNITS);
  const {service, timer} = packagedUnits({node: '/usr/bin/node', program: '/usr/share/x.js'}, configFile);
  await mkdir(folder, {recursive: true});
  await writeFile(join(folder, 'bdsync-manager.service'), service);
  await writeFile(join(folder, 'bdsync-manager.timer'), timer);
}

/** As systemctl does it. */
export async function enableTimer(root: string): Promise<void> {
  const wants = join(root, 'etc/systemd/system/timers.target.wants');
  await mkdir(wants, {recursive: true});
  await symlink(`/${PACKAGED_UNITS}/bdsync-manager.timer`, join(wants, 'bdsync-manager.timer'));
}
