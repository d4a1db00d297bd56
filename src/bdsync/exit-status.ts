import type {BdsyncErrorCode} from './errors.js';

type ToldCode = Exclude<BdsyncErrorCode, 'cancelled'>;

interface ExitStatus {
  readonly status: number;
  /** To whom started the program: goes in brackets after the status. */
  readonly meaning: string;
}

/** 1 to 13 are the original program's. A cancelled run has none here: it ends as if by its signal. */
const EXIT_STATUSES: Readonly<Record<ToldCode, ExitStatus>> = {
  'invalid-parameters': {status: 1, meaning: 'it refused its options'},
  'invalid-patch': {status: 2, meaning: 'the patch is damaged'},
  'size-mismatch': {status: 3, meaning: 'the sizes differ'},
  protocol: {status: 4, meaning: 'its peer broke the protocol'},
  checksum: {status: 5, meaning: 'it does not know the digest of the checksum'},
  // The original also ends with it when its peer is gone.
  read: {status: 6, meaning: 'a read failed or its peer went away'},
  randomness: {status: 7, meaning: 'it found no random salt'},
  process: {status: 8, meaning: 'a program that it needs failed'},
  write: {status: 9, meaning: 'a write failed'},
  digest: {status: 10, meaning: 'it does not know the digest'},
  transmission: {status: 11, meaning: 'a block could not be read or sent'},
  io: {status: 12, meaning: 'the device cannot be opened'},
  connection: {status: 13, meaning: 'the connection broke'},
  'target-locked': {status: 14, meaning: 'the target is held by another run'},
  'target-in-use': {status: 15, meaning: 'the target is in use'},
  'target-changed': {status: 16, meaning: 'the target is not what it was when it was compared'},
  unfinished: {status: 17, meaning: 'a patch was applied in part and is neither finished nor undone'},
  journal: {status: 18, meaning: 'the undo journal is damaged, not that of this patch, or gone'},
  'patch-unreadable': {status: 19, meaning: 'the sealed patch or its undo journal cannot be read'},
};

const MEANINGS: ReadonlyMap<number, string> = new Map(
  Object.values(EXIT_STATUSES).map(({status, meaning}) => [status, meaning]),
);

/** What the program `bdsync` ends with for a failure of this code. */
export function statusOfCode(code: ToldCode): number {
  return EXIT_STATUSES[code].status;
}

/** What a status of a bdsync, ours or the original, says; undefined for one that is not bdsync's. */
export function meaningOfStatus(status: number): string | undefined {
  return MEANINGS.get(status);
}
