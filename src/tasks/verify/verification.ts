import type {Sample} from '../../bdsync/verify/sample-extents.js';
import type {VerifyResult} from '../../bdsync/verify/findings.js';

/** What a comparison for its own sake found: plain data, for reports. */
export interface Verification extends VerifyResult {
  /** `bytes`: both are on this machine and were compared as they are. */
  readonly method: 'sha256' | 'bytes';
  /** Undefined when all was compared. */
  readonly sample: Sample | undefined;
  readonly timeMs: number;
}

/** `verified by SHA-256`, and how much of it. */
export function verificationText({method, sample, comparedBytes, sourceBytes, targetBytes}: Verification): string {
  const how = method === 'sha256' ? 'verified by SHA-256' : 'verified byte by byte';
  if (sample === undefined) return how;
  const commonBytes = Math.min(sourceBytes, targetBytes);
  const percent = commonBytes === 0 ? 100 : (comparedBytes / commonBytes) * 100;
  return `${how}: a sample of ${percent.toFixed(2)}% (seed ${sample.seed})`;
}
