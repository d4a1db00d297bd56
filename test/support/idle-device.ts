import type {DeviceUse} from '#dist/tasks/init/device-use.js';

/** Of a device that nobody uses, and that can be read. */
export const IDLE_DEVICE: DeviceUse = {
  mountPoints: [],
  isSwap: false,
  usedBy: [],
  openedAs: undefined,
  luksVersion: undefined,
  silence: undefined,
};
