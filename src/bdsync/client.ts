import {parseChecksum} from './wire/block-messages.js';
import type {ByteChannel} from './conversation/byte-channel.js';
import {agreeOnSizes, type DeviceSizes} from './compare/agree-on-sizes.js';
import {chooseSalt} from './compare/choose-salt.js';
import {Comparison} from './compare/comparison.js';
import {Conversation} from './conversation/conversation.js';
import {checkRemotePath, openRemote} from './conversation/open-remote.js';
import type {Device} from './device/device.js';
import {checkDiffOptions} from './compare/check-diff-options.js';
import type {DiffOptions} from './compare/diff-options.js';
import {Sealing, type SealRequest} from './compare/sealing.js';
import {encodeSignal, parseSignal} from './wire/message.js';
import {encodeDigests} from './wire/opening-messages.js';
import {MAX_CHECKSUM_FIELD_BYTES} from './patch/patch-format.js';
import {PatchWriter} from './patch/patch-writer.js';
import {protocolError} from './wire/protocol-error.js';
import {startCrew} from './hash/block-engine.js';
import {WINDOW_BYTES} from './compare/request-window.js';
import {RunningChecksum} from './hash/running-checksum.js';
import type {OnVerbose} from './verbose.js';

export {DEFAULT_DIFF_OPTIONS, type DiffOptions} from './compare/diff-options.js';
export type {SealRequest} from './compare/sealing.js';

export interface DiffProgress {
  /** Position up to which blocks have been compared; it never goes back. */
  readonly comparedBytes: number;
  readonly totalBytes: number;
  /** All bytes of the patch up to now, headers included. */
  readonly patchBytes: number;
}

export interface DiffResult extends DeviceSizes {
  readonly comparedBytes: number;
  readonly differingBlocks: number;
  /** Data in the patch. */
  readonly differingBytes: number;
  readonly patchBytes: number;
  /** Digests received. */
  readonly digestBytes: number;
}

/** What a comparison needs and tells, wherever the target is. */
export interface DiffRequest {
  readonly source: Device;
  readonly options: DiffOptions;
  /** Put a seal behind the patch; not for `remoteData`. */
  readonly seal?: SealRequest | undefined;
  /** Gets the patch in pieces, which are its own; the next one comes when it resolves. */
  readonly writePatch: (bytes: Uint8Array) => Promise<void>;
  readonly onWarning?: (message: string) => void;
  readonly onProgress?: (progress: DiffProgress) => void;
  readonly signal?: AbortSignal | undefined;
  readonly randomBytes?: (count: number) => Uint8Array;
}

export interface GeneratePatchRequest extends DiffRequest {
  readonly channel: ByteChannel;
  readonly remotePath: string;
  /** Told as soon as both are known, and before a difference is judged. */
  readonly onSize?: (sizes: DeviceSizes) => void;
  readonly onVerbose?: OnVerbose;
}

/**
 * Compares a device with the one of a server and writes a patch that makes them equal. Channel and device stay open,
 * and are the caller's to close. The patch gets its end only when the server has confirmed the end of the conversation:
 * a patch of a comparison that failed is never complete.
 *
 * @throws BdsyncError 'invalid-parameters', 'checksum' for an unknown one, 'size-mismatch', 'read', 'randomness',
 * 'cancelled', and 'protocol' for whatever a server must not send, its early end included. Whatever `writePatch` throws
 * passes through.
 */
export async function generatePatch(request: GeneratePatchRequest): Promise<DiffResult> {
  const {source, options, signal} = request;
  const {digest, checksum, remoteData} = options;
  const algorithm = checkDiffOptions(options);
  checkRemotePath(request.remotePath);
  const salt = chooseSalt(options.fixedSalt, request.randomBytes);
  await using sealing = request.seal && new Sealing({request: request.seal, options, algorithm, salt});
  // While the server starts.
  await using crew = startCrew(checksum === undefined || remoteData ? source.sizeBytes : 0);
  using conversation = new Conversation(request.channel, {peer: 'server', readAheadBytes: WINDOW_BYTES, signal});
  const sizes: DeviceSizes = {
    sourceBytes: source.sizeBytes,
    targetBytes: await openRemote(conversation, request.remotePath, request.onVerbose),
  };
  request.onSize?.(sizes);
  const {localBytes, remoteBytes} = agreeOnSizes(sizes, options.sizePolicy, request.onWarning);
  const totalBytes = Math.max(localBytes, remoteBytes);

  const patch = new PatchWriter(request.writePatch, {isSealed: sealing !== undefined});
  const report = (comparedBytes: number): void => {
    request.onProgress?.({comparedBytes, totalBytes, patchBytes: patch.patchBytes});
  };
  await patch.begin({
    sizeBytes: remoteData ? remoteBytes : localBytes,
    deviceName: Buffer.from(remoteData ? source.path : request.remotePath),
  });
  report(0);
  const remoteChecksum = remoteData ? checksum : undefined;
  const localChecksum = checksum === undefined || remoteData ? undefined : new RunningChecksum(checksum);
  await conversation.send(
    encodeDigests({salt, digest, ...(remoteChecksum !== undefined && {checksum: remoteChecksum})}),
  );
  await using comparison = new Comparison({
    conversation,
    device: source,
    localBytes,
    remoteBytes,
    options,
    algorithm,
    salt,
    patch,
    sealing,
    checksum: localChecksum,
    onCompared: report,
    signal,
    crew,
  });
  const tally = await comparison.run();
  const checksumValue = remoteChecksum === undefined ? localChecksum?.finish() : await askForChecksum(conversation);
  await conversation.send(encodeSignal('done'));
  parseSignal({kind: 'done', payload: await conversation.receive('done', 'the confirmation of the end')});
  await patch.end(checksum !== undefined && checksumValue ? {name: checksum, value: checksumValue} : undefined);
  await sealing?.finish(patch, {targetBytes: sizes.targetBytes, comparedBytes: sizes.targetBytes});
  report(totalBytes);
  return {...sizes, ...tally, comparedBytes: totalBytes, patchBytes: patch.patchBytes};
}

async function askForChecksum(conversation: Conversation): Promise<Uint8Array> {
  await conversation.send(encodeSignal('getchecksum'));
  const value = parseChecksum(await conversation.receive('checksum', 'the checksum'));
  if (value.length <= MAX_CHECKSUM_FIELD_BYTES) return value;
  throw protocolError(
    `the server sent a checksum of ${value.length} bytes, expected at most ${MAX_CHECKSUM_FIELD_BYTES}`,
  );
}
