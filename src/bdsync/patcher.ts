import {type Device, openDevice} from './device/device.js';
import {BdsyncError} from './errors.js';
import {ExtentWriter} from './patch/extent-writer.js';
import {PatchDecoder, type PatchEvent} from './patch/patch-decoder.js';
import type {PatchChecksum, PatchHeader} from './patch/patch-format.js';
import {patchInput} from './patch/patch-input.js';
import {sizeRemedy, type SizePolicy} from './size-policy.js';

export interface PatchRequest {
  /** The bytes of the patch, in whatever pieces; the iterable is read to its end. */
  readonly patch: AsyncIterable<Uint8Array>;
  /** What to write to; without it, the path that the patch names. */
  readonly targetPath?: string | undefined;
  readonly sizePolicy: SizePolicy;
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
  const reading = new PatchReading(request);
  const events = reading.events();
  try {
    const first = await events.next();
    if (first.done || first.value.kind !== 'header') throw new Error('the decoder gave no header first');
    return await applyToTarget(first.value.header, events, reading, request);
  } finally {
    await events.return();
  }
}

async function applyToTarget(
  header: PatchHeader,
  events: AsyncIterable<PatchEvent>,
  reading: PatchReading,
  request: PatchRequest,
): Promise<PatchResult> {
  const targetPath = targetPathOf(header, request);
  await using device = await openDevice(targetPath, 'write');
  const foundBytes = device.sizeBytes;
  const sizeBytes = settleSize(device, header, request);
  const writer = new ExtentWriter(device);
  try {
    if (sizeBytes > device.sizeBytes) await device.resize(sizeBytes);
    const checksum = await writeExtents(events, device, writer, (position) => {
      const {writtenBytes} = writer;
      request.onProgress?.({writtenBytes, position, sizeBytes, patchBytes: reading.patchBytes});
    });
    await writer.flush();
    // Only now: where the patch is applied while it is being made, the other end still reads what is cut off here.
    if (sizeBytes < device.sizeBytes) await device.resize(sizeBytes);
    await device.sync();
    const {extents, writtenBytes} = writer;
    return {targetPath, sizeBytes, extents, writtenBytes, patchBytes: reading.patchBytes, ...(checksum && {checksum})};
  } catch (error) {
    const isTouched = writer.hasBegun || device.sizeBytes !== foundBytes;
    throw isTouched ? withIncompleteTarget(error, device, writer) : error;
  }
}

/** Writes what lies within the device (with minsize, a patch may reach further); returns the patch's checksum. */
async function writeExtents(
  events: AsyncIterable<PatchEvent>,
  device: Device,
  writer: ExtentWriter,
  onExtent: (endPosition: number) => void,
): Promise<PatchChecksum | undefined> {
  let checksum: PatchChecksum | undefined;
  for await (const event of events) {
    switch (event.kind) {
      case 'header':
        throw new Error('the decoder gave a second header');
      case 'extent': {
        const withinBytes = Math.max(0, device.sizeBytes - event.position);
        await writer.add(event.position, event.data.subarray(0, withinBytes));
        onExtent(event.position + event.data.length);
        break;
      }
      case 'end':
        checksum = event.checksum;
        break;
      default:
        event satisfies never;
    }
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

/** The size that the target shall have in the end. */
function settleSize(device: Device, header: PatchHeader, {sizePolicy, onWarning}: PatchRequest): number {
  if (device.sizeBytes === header.sizeBytes) return device.sizeBytes;
  const difference = `Different sizes current=${device.sizeBytes} patch=${header.sizeBytes}`;
  if (sizePolicy.mode === 'strict') {
    throw new BdsyncError('size-mismatch', difference, {hint: sizeRemedy(device.kind)});
  }
  if (sizePolicy.warn) onWarning?.(difference);
  if (sizePolicy.mode === 'minsize') return device.sizeBytes;
  if (device.kind === 'file') return header.sizeBytes;
  const wish = `from ${device.sizeBytes} to ${header.sizeBytes} bytes`;
  throw new BdsyncError('size-mismatch', `cannot resize ${device.path} ${wish}: it is a block device`);
}

function withIncompleteTarget(error: unknown, device: Device, writer: ExtentWriter): unknown {
  if (!(error instanceof BdsyncError)) return error;
  const done = writer.writtenBytes > 0 ? `${writer.writtenBytes} bytes of the patch were already written` : undefined;
  const incomplete = `${device.path} is incomplete: ${done ?? 'the patch had been begun'}`;
  const hint = error.hint === undefined ? incomplete : `${error.hint}; ${incomplete}`;
  return new BdsyncError(error.code, error.message, {hint, cause: error});
}

/** A patch being read: its events, and how many of its bytes have come in. */
class PatchReading {
  patchBytes = 0;
  readonly #input: AsyncIterable<Uint8Array>;

  constructor({patch, signal}: PatchRequest) {
    this.#input = patchInput(patch, signal);
  }

  /** A header, extents, an end; then it throws unless the bytes end there. */
  async *events(): AsyncGenerator<PatchEvent, void> {
    const decoder = new PatchDecoder();
    for await (const piece of this.#input) {
      this.patchBytes += piece.length;
      yield* decoder.push(piece);
    }
    decoder.finish();
  }
}
