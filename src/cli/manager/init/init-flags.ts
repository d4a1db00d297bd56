/** The command line of `init`. */
export interface InitFlags {
  readonly config: string;
  readonly source?: string | undefined;
  readonly target?: string | undefined;
  readonly task?: string | undefined;
  readonly connectionCommand?: string | undefined;
  /** `none`, or a size as lvcreate takes it. */
  readonly snapshot?: string | undefined;
  readonly targetPatchDir?: string | undefined;
  readonly createTargetIfMissing?: true | undefined;
  readonly growTarget?: true | undefined;
  readonly bdsyncArgs?: string | undefined;
  readonly yes?: true | undefined;
}

/** How somebody who has these options writes a key. */
export function initOptionName(key: string): string {
  const known: Readonly<Record<string, string>> = {
    source_path: '--source',
    target_path: '--target',
    lvm_snapshot_size: '--snapshot',
  };
  return known[key] ?? `--${key.replaceAll('_', '-')}`;
}
