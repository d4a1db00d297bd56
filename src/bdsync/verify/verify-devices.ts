import {throwIfCancelled} from '../cancellation.js';
import type {Device} from '../device/device.js';
import {Fifo} from '../fifo.js';
import {BlockEngine, partsOf} from '../hash/block-engine.js';
import type {DifferingRun} from '../hash/block-job.js';
import type {HashRange} from '../wire/block-messages.js';
import {Findings, type VerifyOptions, type VerifyProgress, type VerifyResult} from './findings.js';
import {rangesOf} from './ranges-of.js';

export interface VerifyDevicesRequest {
  readonly source: Device;
  readonly target: Device;
  readonly options: VerifyOptions;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares two devices of this machine byte by byte, and tells where they differ.
 *
 * @throws BdsyncError 'read', 'cancelled'.
 */
export async function verifyDevices({source, target, ...request}: VerifyDevicesRequest): Promise<VerifyResult> {
  const {options, signal, onProgress} = request;
  const sizes = {sourceBytes: source.sizeBytes, targetBytes: target.sizeBytes};
  const findings = new Findings(sizes, options, onProgress);
  await using engine = new BlockEngine({
    descriptor: source.descriptor,
    path: source.path,
    sizeBytes: source.sizeBytes,
    other: {descriptor: target.descriptor, path: target.path, sizeBytes: target.sizeBytes},
    digest: 'sha256',
    salt: new Uint8Array(0),
    isDirect: options.flushCache,
    totalBytes: findings.commonBytes,
    signal,
  });
  const underWay = new Fifo<{readonly part: HashRange; readonly runs: Promise<readonly DifferingRun[]>}>();
  const finishParts = async (leftUnderWay: number): Promise<void> => {
    while (underWay.size > leftUnderWay) {
      const next = underWay.shift();
      if (next) findings.take(next.part, await next.runs);
    }
  };
  for (const range of rangesOf(findings.extents(), options.blockBytes, Number.MAX_SAFE_INTEGER)) {
    for (const part of partsOf(range)) {
      throwIfCancelled(signal);
      const runs = engine.compare(part);
      // It is awaited in its turn, which an earlier failure may prevent.
      runs.catch(() => {});
      underWay.push({part, runs});
      await finishParts(engine.lookAhead);
    }
  }
  await finishParts(0);
  return findings.result();
}
