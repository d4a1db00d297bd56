import {OWN_MARK} from '../own-mark.js';

const WRITTEN = `${OWN_MARK} install systemd; bdsync-manager uninstall systemd removes it.`;

/** How the units begin that `install systemd` writes. */
export const INSTALLED_HEAD = {
  service: [
    WRITTEN,
    '# It is made for the tasks as they were then: install it anew when they write elsewhere or use other programs.',
  ],
  timer: [WRITTEN],
} as const;
