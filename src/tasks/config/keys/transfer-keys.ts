import {durationMs, rateValue, shellWords} from '../key-values.js';
import {parseBdsyncArgs} from '../parse-bdsync-args.js';
import {type KeyRules, flag, optional, withDefault} from '../key-rule.js';
import type {BdsyncArgs} from '../task-config.js';

export interface TransferValues {
  readonly bdsync_args: BdsyncArgs;
  readonly flush_cache: boolean;
  readonly bandwidth_limit: number | undefined;
  readonly stall_timeout: number;
}

export const TRANSFER_KEYS: KeyRules<TransferValues> = {
  bdsync_args: {
    ...optional((text) => parseBdsyncArgs(shellWords(text)), {
      group: 'transfer',
      placeholder: 'options',
      doc: 'options of bdsync, such as --diffsize=resize; each end is handed those that it accepts',
    }),
    whenUnset: () => parseBdsyncArgs([]),
  },
  flush_cache: flag({
    group: 'transfer',
    doc: 'leave the page cache alone: read past it where a device allows it',
  }),
  bandwidth_limit: optional(rateValue, {
    group: 'transfer',
    placeholder: 'rate',
    doc: 'bytes per second over the connection, both directions together, with k, m or g for KiB, MiB or GiB',
  }),
  stall_timeout: withDefault('30m', durationMs, {
    group: 'transfer',
    placeholder: 'time',
    doc: 'fail when nothing has moved for this long, in seconds or with m, h or d behind it; 0 waits for ever',
  }),
};
