import {type DeviceIdentity, isSameDevice} from '../../device-identity.js';
import {isLayerOfOther} from '../../device-layers.js';
import {TaskError} from '../task-error.js';

const OTHER_TARGET = 'name a target_path that shares nothing with the source';

/**
 * Makes sure that what is written to the target does not change the source.
 *
 * @throws TaskError 'same-device'.
 */
export async function refuseSource(
  sourcePath: string,
  source: DeviceIdentity,
  targetPath: string,
  target: DeviceIdentity,
): Promise<void> {
  if (source.bootId !== target.bootId) return;
  if (isSameDevice(source, target)) {
    throw new TaskError('same-device', `the source ${sourcePath} and the target ${targetPath} are the same device`, {
      hint: OTHER_TARGET,
    });
  }
  if (await isLayerOfOther(source, target)) {
    throw new TaskError(
      'same-device',
      `what is written to one of ${sourcePath} and ${targetPath} ends up in the other`,
      {hint: `one is built upon the other; ${OTHER_TARGET}`},
    );
  }
}
