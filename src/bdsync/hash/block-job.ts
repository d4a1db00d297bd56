import type {HashRange} from '../wire/block-messages.js';

export interface ReadableDevice {
  /** An open descriptor of the device; threads share it. */
  readonly descriptor: number;
  /** For messages. */
  readonly path: string;
  /** What lies beyond counts as zeros, even where the device is longer. */
  readonly sizeBytes: number;
}

/** What all jobs of one comparison have in common; plain data, which goes to a thread as it is. */
export interface HashSetup extends ReadableDevice {
  /** OpenSSL's name of the digest. */
  readonly digest: string;
  readonly salt: Uint8Array;
  /** Read past the page cache where the file allows it. */
  readonly isDirect: boolean;
  /** The device to compare with, where both are here: then nothing is hashed. */
  readonly other?: ReadableDevice | undefined;
  /** Tell the other device's blocks, where they differ, by their digests. */
  readonly digestsOther?: boolean | undefined;
}

export type BlockJob = {
  readonly range: HashRange;
  /** Whether what is read belongs to the checksum, where there is one. */
  readonly feedsChecksum: boolean;
} & (
  | {readonly kind: 'digest'}
  /** With the other device; the bytes of what differs are handed out. */
  | {readonly kind: 'compare'}
  | {
      readonly kind: 'match';
      /** The other side's, one behind the other. */
      readonly digests: Uint8Array;
      /** Whether the bytes of what differs are wanted. */
      readonly wantsData: boolean;
    }
);

export type BlockOutcome =
  | {readonly kind: 'digest'; readonly digests: Uint8Array}
  | {readonly kind: 'match'; readonly runs: readonly DifferingRun[]};

/** Consecutive blocks that differ, by their numbers in the range. */
export interface DifferingRun {
  readonly first: number;
  readonly end: number;
  /** The very bytes that were hashed, zeros past the end included; absent when unwanted or the blocks too large to keep. */
  readonly data: Uint8Array | undefined;
  /** Of the other device's blocks as they were compared, one behind the other, where they are wanted. */
  readonly otherDigests?: Uint8Array | undefined;
}

/** Does jobs, as many at once as it likes. */
export interface JobPerformer extends AsyncDisposable {
  /** So many jobs under way keep all of it busy. */
  readonly lookAhead: number;
  /** @throws BdsyncError 'read', 'cancelled', and 'protocol' when a checksum would miss something. */
  perform(job: BlockJob): Promise<BlockOutcome>;
}
