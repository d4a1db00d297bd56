/** The snapshots of this machine that are ours by their tags or by our records, the oldest first. */
export interface SnapshotReport {
  readonly configFile: string;
  /** Whether what was left over has been removed, as far as that was possible. */
  readonly clean: boolean;
  /** The LVM program that is not there, where no other one is: then there cannot be any snapshot. */
  readonly missingProgram: string | undefined;
  readonly snapshots: readonly ReportedSnapshot[];
}

export interface ReportedSnapshot {
  /** Undefined when its tags do not tell. */
  readonly task: string | undefined;
  /** `vg0/bdsync-snapshot` */
  readonly volume: string;
  readonly uuid: string;
  /** `vg0/home`; undefined for what is no snapshot. */
  readonly origin: string | undefined;
  readonly kind: 'classic' | 'thin' | undefined;
  readonly createdAt: string | undefined;
  readonly ageSeconds: number | undefined;
  /** The room of a classic one for what changes in its origin, and how much of it is used. */
  readonly roomBytes: number | undefined;
  readonly usedPercent: number | undefined;
  readonly state: SnapshotState;
  /** Why it is in this state, where that is not plain. */
  readonly reason: string | undefined;
  readonly hint: string | undefined;
}

export type SnapshotState =
  /** A run of its task is under way. */
  | 'in-use'
  /** A run that was killed left it: the next one removes it. */
  | 'left-over'
  /** It was left over until now. */
  | 'removed'
  /** A task of another configuration file made it. */
  | 'other-configuration'
  /** Ours by its tags, but not as we recorded it; nobody but a person removes it. */
  | 'doubtful';
