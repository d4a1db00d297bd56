import {throwIfCancelled} from './cancellation.js';
import type {DiffRequest, DiffResult} from './client.js';
import {agreeOnSizes} from './compare/agree-on-sizes.js';
import {chooseSalt} from './compare/choose-salt.js';
import {checkDiffOptions} from './compare/check-diff-options.js';
import {type DiffOptions, topStepBytes} from './compare/diff-options.js';
import {DifferenceWriter} from './compare/difference-writer.js';
import {Sealing} from './compare/sealing.js';
import type {Device} from './device/device.js';
import {Fifo} from './fifo.js';
import {BlockEngine, partsOf, type RangePart} from './hash/block-engine.js';
import type {DifferingRun} from './hash/block-job.js';
import {RunningChecksum} from './hash/running-checksum.js';
import {PatchWriter} from './patch/patch-writer.js';

/** `digest` and `fixedSalt` among the options matter to a seal alone, and `remoteData` means nothing here. */
export interface LocalDiffRequest extends DiffRequest {
  readonly target: Device;
}

interface PartUnderWay {
  readonly part: RangePart;
  readonly runs: Promise<readonly DifferingRun[]>;
}

/**
 * Compares two devices of this machine, without a hash or a peer, and writes the patch that `generatePatch` would write.
 *
 * @throws BdsyncError 'invalid-parameters', 'checksum' for an unknown one, 'size-mismatch', 'read', 'randomness', 'cancelled'.
 * Whatever `writePatch` throws passes through.
 */
export async function diffDevices(request: LocalDiffRequest): Promise<DiffResult> {
  const {source, target, options, signal, onProgress} = request;
  const {blockBytes, checksum: checksumName} = options;
  const algorithm = checkDiffOptions(options);
  const sizes = {sourceBytes: source.sizeBytes, targetBytes: target.sizeBytes};
  const {localBytes, remoteBytes} = agreeOnSizes(sizes, options.sizePolicy, request.onWarning);
  const totalBytes = Math.max(localBytes, remoteBytes);

  const salt = request.seal ? chooseSalt(options.fixedSalt, request.randomBytes) : new Uint8Array(0);
  await using sealing =
    request.seal && new Sealing({request: request.seal, options: {...options, remoteData: false}, algorithm, salt});
  const patch = new PatchWriter(request.writePatch, {isSealed: sealing !== undefined});
  const writer = new DifferenceWriter({patch, device: source, blockBytes, carriedBytes: localBytes});
  const checksum = checksumName === undefined ? undefined : new RunningChecksum(checksumName);
  await using engine = new BlockEngine({
    descriptor: source.descriptor,
    path: source.path,
    sizeBytes: localBytes,
    other: {descriptor: target.descriptor, path: target.path, sizeBytes: remoteBytes},
    digestsOther: sealing !== undefined,
    digest: options.digest,
    salt,
    isDirect: options.flushCache,
    totalBytes,
    checksum,
    signal,
  });
  await patch.begin({sizeBytes: localBytes, deviceName: Buffer.from(target.path)});

  const underWay = new Fifo<PartUnderWay>();
  const finishParts = async (leftUnderWay: number): Promise<void> => {
    while (underWay.size > leftUnderWay) {
      const next = underWay.shift();
      if (!next) return;
      const {start, step, count} = next.part;
      for (const {first, end, data, otherDigests} of await next.runs) {
        const runStart = start + first * step;
        if (runStart >= totalBytes) continue;
        if (otherDigests) await sealing?.note(runStart, otherDigests);
        await writer.writeRun(runStart, Math.min(start + end * step, totalBytes), data);
      }
      const comparedBytes = Math.min(start + count * step, totalBytes);
      onProgress?.({comparedBytes, totalBytes, patchBytes: patch.patchBytes});
    }
  };
  for (const part of partsOf({start: 0, step: blockBytes, count: blockCount(totalBytes, options)})) {
    throwIfCancelled(signal);
    const runs = engine.compare(part);
    // It is awaited in its turn, which an earlier failure may prevent.
    runs.catch(() => {});
    underWay.push({part, runs});
    await finishParts(engine.lookAhead);
  }
  await finishParts(0);
  await patch.end(checksumName !== undefined && checksum ? {name: checksumName, value: checksum.finish()} : undefined);
  await sealing?.finish(patch, {targetBytes: sizes.targetBytes, comparedBytes: remoteBytes});
  const {differingBlocks, differingBytes} = writer;
  const found = {differingBlocks, differingBytes, comparedBytes: totalBytes, digestBytes: 0};
  return {...sizes, ...found, patchBytes: patch.patchBytes};
}

/** A checksum covers whole blocks of the size that a peer would be asked for first, zeros past the end included. */
function blockCount(totalBytes: number, options: DiffOptions): number {
  if (options.checksum === undefined) return Math.ceil(totalBytes / options.blockBytes);
  const topStep = topStepBytes(options);
  return (Math.ceil(totalBytes / topStep) * topStep) / options.blockBytes;
}
