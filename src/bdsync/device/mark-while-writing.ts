import {identifyPath} from '../../device-identity.js';
import {messageOf} from '../../errors.js';
import type {Device} from './device.js';
import {lastingIdentity} from './lasting-identity.js';
import {birthOf, TargetMarkFile} from './target-mark.js';

/** Keeps in mind, while a patch is applied, that its target is between old and new. */
export interface TargetMarking {
  /** To be called before the first byte is written or the size changes, which then waits for it. */
  begin(device: Device): Promise<void>;
  /** To be called when all of the patch has reached the medium. */
  end(device: Device): Promise<void>;
}

export interface MarkRequest {
  /** Who writes, in words. */
  readonly by: string;
  /** The folder for marks; undefined where there is no place for them. */
  readonly stateDir: string | undefined;
  readonly onWarning: (message: string) => void;
}

/**
 * Marks the target in the state folder while it is written. That it cannot be marked keeps nobody from writing: the copy
 * is worth more, and whoever asked for the mark is told.
 */
export function markWhileWriting({by, stateDir, onWarning}: MarkRequest): TargetMarking {
  return {
    async begin(device) {
      try {
        if (stateDir === undefined) throw new Error('this user has no folder for it');
        await (await markOf(device, stateDir)).write({path: device.path, by});
      } catch (error) {
        onWarning(`Warning: an interruption of this would leave no mark on ${device.path}: ${messageOf(error)}`);
      }
    },
    async end(device) {
      if (stateDir === undefined) return;
      try {
        await (await markOf(device, stateDir)).remove();
      } catch (error) {
        onWarning(`Warning: ${device.path} is complete, but stays marked as incomplete: ${messageOf(error)}`);
      }
    },
  };
}

async function markOf(device: Device, stateDir: string): Promise<TargetMarkFile> {
  const identity = await identifyPath(`/proc/self/fd/${device.descriptor}`);
  const {path, descriptor} = device;
  if (identity === undefined) return new TargetMarkFile(stateDir, {path, lastingIdentity: '', bornMs: undefined});
  return new TargetMarkFile(stateDir, {
    path,
    lastingIdentity: await lastingIdentity(descriptor, identity),
    bornMs: birthOf(descriptor, identity),
  });
}
