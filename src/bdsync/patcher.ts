import {type Device, openDevice} from './device/device.js';
import type {DeviceFacts} from './device/device-facts.js';
import type {TargetMarking} from './device/mark-while-writing.js';
import {requireHeld} from './device/require-held.js';
import {BdsyncError} from './errors.js';
import {ExtentWriter} from './patch/extent-writer.js';
import type {PatchChecksum, PatchHeader} from './patch/patch-format.js';
import {PatchReading} from './patch/patch-reading.js';
import {settleSize} from './patch/settle-size.js';
import type {SizePolicy} from './size-policy.js';

export interface PatchRequest {
  /** The bytes of the patch, in whatever pieces; the iterable is read to its end. */
  readonly patch: AsyncIterable<Uint8Array>;
  /** A piece of the patch may change as soon as the next one is asked for. Otherwise it must stay as it is. */
  readonly reusesPieces?: boolean;
  /** It is known that no seal follows; anything that follows is an error then. Otherwise a seal is looked for, and checked. */
  readonly isUnsealed?: boolean;
  /** What to write to; without it, the path that the patch names. */
  readonly targetPath?: string | undefined;
  readonly sizePolicy: SizePolicy;
  /** Of the target, when it was locked: another one that has its path by now is not written. */
  readonly held?: Pick<DeviceFacts, 'identity'> | undefined;
  /** Told when the target comes to be between old and new, and when it is complete. */
  readonly marking?: TargetMarking | undefined;
  /** Warn when the patch names another path than `targetPath`. */
  readonly warnDevice?: boolean;
  readonly onWarning?: (message: string) => void;
  /** Called often; `position` is where the last extent ends. */
  readonly onProgress?: (progress: PatchProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface PatchProgress {
  readonly writtenBytes: number;
  readonly position: number;
  readonly sizeBytes: number;
  readonly patchBytes: number;
}

export interface PatchResult {
  readonly targetPath: string;
  /** Of the target, afterwards. */
  readonly sizeBytes: number;
  readonly extents: number;
  readonly writtenBytes: number;
  readonly patchBytes: number;
  /** As the patch brings it; that the target agrees is for the caller to see. */
  readonly checksum?: PatchChecksum;
}

/**
 * Applies a patch to a device or an image file as it comes in, and returns when all of it has reached the medium.
 *
 * @throws BdsyncError 'invalid-patch' for a patch that is damaged, cut off or followed by anything; what came before
 *   the fault may have been written then (the hint says so). 'size-mismatch' when the sizes differ and the policy or
 *   the device forbids it; 'io', 'read' (the patch) and 'write' for what the machine refuses; 'cancelled'.
 */
export async function applyPatch(request: PatchRequest): Promise<PatchResult> {
  await using reading = new PatchReading(request);
  return await applyToTarget(await reading.header(), reading, request);
}

async function applyToTarget(header: PatchHeader, reading: PatchReading, request: PatchRequest): Promise<PatchResult> {
  const targetPath = targetPathOf(header, request);
  await using device = await openDevice(targetPath, 'write');
  if (request.held) await requireHeld(device, request.held);
  const foundBytes = device.sizeBytes;
  const sizeBytes = settleSize(device, header.sizeBytes, request);
  const writer = new ExtentWriter(device);
  try {
    const changesSize = sizeBytes !== foundBytes;
    if (changesSize) await request.marking?.begin(device);
    if (sizeBytes > foundBytes) await device.resize(sizeBytes);
    const rest = {...request, marking: changesSize ? undefined : request.marking};
    const checksum = await writeExtents(reading, device, writer, rest, (position) => {
      const {writtenBytes} = writer;
      request.onProgress?.({writtenBytes, position, sizeBytes, patchBytes: reading.patchBytes});
    });
    await writer.finish();
    // Only now: where the patch is applied while it is being made, the other end still reads what is cut off here.
    if (sizeBytes < device.sizeBytes) await device.resize(sizeBytes);
    await device.sync();
    await request.marking?.end(device);
    const {extents, writtenBytes} = writer;
    return {targetPath, sizeBytes, extents, writtenBytes, patchBytes: reading.patchBytes, ...(checksum && {checksum})};
  } catch (error) {
    await writer.abandon();
    const isTouched = writer.hasBegun || device.sizeBytes !== foundBytes;
    throw isTouched ? withIncompleteTarget(error, device, writer) : error;
  }
}

/** Writes what lies within the device (with minsize, a patch may reach further); returns the patch's checksum. */
async function writeExtents(
  reading: PatchReading,
  device: Device,
  writer: ExtentWriter,
  {reusesPieces, marking}: PatchRequest,
  onExtent: (endPosition: number) => void,
): Promise<PatchChecksum | undefined> {
  let unmarked = marking;
  let checksum: PatchChecksum | undefined;
  for await (const events of reading.body()) {
    for (const event of events) {
      switch (event.kind) {
        case 'header':
          throw new Error('the decoder gave a second header');
        case 'extent': {
          const {position, data} = event;
          const end = position + data.length;
          const within = end <= device.sizeBytes ? data : data.subarray(0, Math.max(0, device.sizeBytes - position));
          if (unmarked !== undefined && within.length > 0) {
            await unmarked.begin(device);
            unmarked = undefined;
          }
          // Most need no waiting, which would cost more than all else.
          const room = writer.add(position, within);
          if (room) await room;
          onExtent(end);
          break;
        }
        case 'end':
          checksum = event.checksum;
          break;
        default:
          event satisfies never;
      }
    }
    if (reusesPieces) await writer.flush();
  }
  return checksum;
}

function targetPathOf(header: PatchHeader, {targetPath, warnDevice, onWarning}: PatchRequest): string {
  const named = Buffer.from(header.deviceName);
  if (targetPath !== undefined) {
    if (warnDevice && !named.equals(Buffer.from(targetPath))) {
      onWarning?.(`Warning: different device names parameter=${targetPath} data=${named.toString()}`);
    }
    return targetPath;
  }
  const path = named.toString();
  if (path !== '' && !path.includes('\0') && Buffer.from(path).equals(named)) return path;
  const hint = 'give the target explicitly';
  throw new BdsyncError('invalid-patch', 'the patch names a target whose path cannot be used', {hint});
}

function withIncompleteTarget(error: unknown, device: Device, writer: ExtentWriter): unknown {
  if (!(error instanceof BdsyncError)) return error;
  const done = writer.writtenBytes > 0 ? `${writer.writtenBytes} bytes of the patch were already written` : undefined;
  const incomplete = `${device.path} is incomplete: ${done ?? 'the patch had been begun'}`;
  const hint = error.hint === undefined ? incomplete : `${error.hint}; ${incomplete}`;
  return new BdsyncError(error.code, error.message, {hint, cause: error});
}
