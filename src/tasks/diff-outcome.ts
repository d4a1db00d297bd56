/** What a comparison found, whichever client made it. */
export interface DiffOutcome {
  readonly sourceBytes: number;
  readonly targetBytes: number;
  /** Undefined where a native client does not tell. */
  readonly differingBlocks: number | undefined;
  readonly differingBytes: number;
  readonly patchBytes: number;
  /** Of digests received; undefined where a native client does not tell. */
  readonly digestBytes: number | undefined;
}
