import type {Device} from '../device/device.js';
import {lastingIdentity} from '../device/lasting-identity.js';
import {requireHeld} from '../device/require-held.js';
import type {TargetFacts} from '../device/target-hold.js';
import {BdsyncError} from '../errors.js';

/** Both sizes of a target, in bytes. */
export interface TargetSizes {
  readonly before: number;
  readonly after: number;
}

/** What is known of a target since it was locked. */
export type HeldFacts = Pick<TargetFacts, 'identity'> & Partial<Pick<TargetFacts, 'lastingIdentity'>>;

/**
 * What an open target is known by when the machine has booted again. What is known already is not asked for again.
 *
 * @throws BdsyncError 'io' when it is not the one that was locked.
 */
export async function identityOf(device: Device, held: HeldFacts): Promise<string> {
  const identity = await requireHeld(device, held);
  return held.lastingIdentity ?? (await lastingIdentity(device.descriptor, identity));
}

/** @throws BdsyncError 'target-changed' when `expected` is known and is another one. */
export function requireIdentity(device: Device, found: string, expected: string, whose: string): void {
  if (expected === '' || found === expected) return;
  const other = found === '' ? 'it cannot be told what it is' : `it is ${found}`;
  throw new BdsyncError('target-changed', `${device.path} is not the target of ${whose}, ${expected}: ${other}`);
}

/** @throws BdsyncError 'target-changed' unless the device has one of its two sizes. */
export function requireSize(device: Device, {before, after}: TargetSizes): void {
  if (device.sizeBytes === before || device.sizeBytes === after) return;
  const expected = before === after ? `${before}` : `${before} or ${after}`;
  throw new BdsyncError('target-changed', `${device.path} has ${device.sizeBytes} bytes, expected ${expected}`, {
    hint: 'it was changed since it was compared; compare it anew',
  });
}
