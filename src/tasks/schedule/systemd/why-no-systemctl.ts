import {existsSync} from 'node:fs';

/** Why systemctl is not to be run, or undefined. As sd_booted(3) sees whether systemd is in charge of the machine. */
export function whyNoSystemctl(root: string | undefined): string | undefined {
  if (root !== undefined) return `${root} is not the root of this machine`;
  return existsSync('/run/systemd/system') ? undefined : 'systemd does not run here';
}
