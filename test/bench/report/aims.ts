import type {VariantId} from '../experiment.js';
import {roundRatio} from '../measuring/round-ratio.js';
import type {VariantResult} from '../run-experiment.js';

export type Aim = {
  readonly what: string;
  readonly relation: 'at least' | 'at most';
  readonly limit: number;
} & (
  | {
      /** The figure of one by that of the other. */
      readonly kind: 'ratio';
      readonly figure: 'wallMs' | 'cpuMs';
      readonly of: VariantId;
      readonly by: VariantId;
    }
  /** The largest process of any of them by that of another one. */
  | {readonly kind: 'peak ratio'; readonly of: VariantId; readonly by: VariantId}
  /** The largest process of all of them, in MB. */
  | {readonly kind: 'peak'; readonly of: readonly VariantId[]}
);

export interface JudgedAim {
  readonly what: string;
  /** `at least 3`. */
  readonly wanted: string;
  /** Undefined when what it compares was not measured. */
  readonly value: number | undefined;
  readonly isMet: boolean | undefined;
}

const OUR_PROCESSES: readonly VariantId[] = [
  'ours',
  'local-equal',
  'local-changed',
  'zero-ours',
  'zero-ours-z',
  'patch-ours',
  'flow-sealed',
  'memory-small',
  'memory-large',
];

const faster = {kind: 'ratio', figure: 'wallMs', relation: 'at least'} as const;
const shorter = {kind: 'ratio', figure: 'wallMs', relation: 'at most'} as const;

const AIMS: readonly Aim[] = [
  {...faster, what: 'md5, time: native / ours', limit: 3, of: 'native', by: 'ours'},
  {...faster, what: 'md5, CPU: native / ours', limit: 3, of: 'native', by: 'ours', figure: 'cpuMs'},
  {...faster, what: 'our client, native server, time: native / mixed', limit: 1, of: 'native', by: 'our-client'},
  {...faster, what: 'native client, our server, time: native / mixed', limit: 1, of: 'native', by: 'our-server'},
  {...faster, what: 'zeros, time: native --zeroblocks / ours', limit: 5, of: 'zero-native-z', by: 'zero-ours-z'},
  {...faster, what: 'zeros without --zeroblocks, time: native / ours', limit: 10, of: 'zero-native', by: 'zero-ours'},
  {...shorter, what: 'local task, equal images, time: ours / cmp', limit: 1, of: 'local-equal', by: 'cmp'},
  {...shorter, what: 'the same, aimed at', limit: 0.5, of: 'local-equal', by: 'cmp'},
  {...shorter, what: 'patching, time: ours / dd', limit: 1.5, of: 'patch-ours', by: 'dd'},
  {
    ...shorter,
    what: 'through a patch file, time: sealed / unsealed',
    limit: 1.25,
    of: 'flow-sealed',
    by: 'flow-unsealed',
  },
  {...shorter, what: 'hello, time: bdsync --server / node -e 0', limit: 1.6, of: 'hello', by: 'node'},
  {kind: 'peak', what: 'memory of any process of ours, MB', relation: 'at most', limit: 200, of: OUR_PROCESSES},
  {
    kind: 'peak ratio',
    what: 'memory: large / small device',
    relation: 'at most',
    // A garbage collector takes its time: what may not be is that 64 times the size needs several times the memory.
    limit: 1.5,
    of: 'memory-large',
    by: 'memory-small',
  },
];

/** What the project wants to reach, and whether it did. */
export function judgeAims(results: readonly VariantResult[]): JudgedAim[] {
  const byId = new Map(results.map((result) => [result.id, result]));
  return AIMS.map((aim) => {
    const {what, relation, limit} = aim;
    const value = valueOf(aim, byId);
    const isMet = value === undefined ? undefined : relation === 'at least' ? value >= limit : value <= limit;
    return {what, wanted: `${relation} ${limit}`, value, isMet};
  });
}

function valueOf(aim: Aim, byId: ReadonlyMap<VariantId, VariantResult>): number | undefined {
  switch (aim.kind) {
    case 'ratio':
      return roundRatio(byId.get(aim.of), byId.get(aim.by), aim.figure);
    case 'peak ratio':
      return quotient(largestPeak([aim.of], byId), largestPeak([aim.by], byId));
    case 'peak':
      return quotient(largestPeak(aim.of, byId), 1e6);
    default:
      return aim satisfies never;
  }
}

function quotient(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one / other;
}

function largestPeak(ids: readonly VariantId[], byId: ReadonlyMap<VariantId, VariantResult>): number | undefined {
  const peaks = ids.flatMap((id) => Object.values(byId.get(id)?.peakBytes ?? {}));
  return peaks.length === 0 ? undefined : Math.max(...peaks);
}
