import {REPORT_OPTIONS, type ReportRow, reportRows} from './report-rows.js';

/** One logical volume as `lvs` reports it. */
export interface LogicalVolume {
  readonly vg: string;
  readonly name: string;
  readonly uuid: string;
  /** `/dev/VG/NAME`; undefined for what has no such path, a thin pool, say. */
  readonly path: string | undefined;
  /** `/dev/mapper/VG-NAME`, with doubled hyphens inside of the names. */
  readonly mapperPath: string | undefined;
  /** Of a classic snapshot: its room for changes, not the size of what is read from it. */
  readonly sizeBytes: number;
  /** `['linear']`, `['thin', 'sparse']`, `['thin', 'pool']`, `['raid', 'raid1']`, … */
  readonly layout: readonly string[];
  readonly pool: string | undefined;
  /** Name, in the same group, and uuid of the volume that this one is a snapshot of. */
  readonly origin: string | undefined;
  readonly originUuid: string | undefined;
  readonly tags: readonly string[];
  readonly isActive: boolean;
  /** `unknown` for what is not a classic snapshot, and for one that is not active. */
  readonly snapshotState: 'valid' | 'invalid' | 'unknown';
  /** Of a classic snapshot: how much of its room is used. Of a thin volume: how much of it is mapped. */
  readonly usedPercent: number | undefined;
  /** Empty when nothing is wrong; `partial`, `failed`, … */
  readonly health: string;
  /** Of a thin pool and its volumes: a chunk that is used for the first time is filled with zeros. */
  readonly zeroesNewChunks: boolean;
  readonly createdAt: Date | undefined;
}

/**
 * The options that make `lvs` answer in the form of `parseLvsReport`. All fields are fields of volumes: to ask for one
 * of their segments, `segtype`, say, would report a volume that was once extended several times.
 */
export const LVS_OPTIONS: readonly string[] = [
  ...REPORT_OPTIONS,
  '-o',
  'vg_name,lv_name,lv_uuid,lv_path,lv_dm_path,lv_size,lv_layout,pool_lv,origin,origin_uuid,lv_tags,' +
    'lv_attr,lv_snapshot_invalid,data_percent,lv_health_status,lv_time',
];

/**
 * Understands what `lvs` with LVS_OPTIONS wrote: `{"report": [{"lv": [{"vg_name": "vg0", …}]}]}`, every value a string
 * and `""` for none. Check the exit status first: a failed command writes a well-formed and empty report.
 *
 * @throws LvmError 'lvm-report'.
 */
export function parseLvsReport(text: string): LogicalVolume[] {
  return reportRows(text, 'lv').map(volumeOf);
}

function volumeOf({text, optional, number}: ReportRow): LogicalVolume {
  const state = text('lv_attr')[4] ?? '-';
  return {
    vg: text('vg_name'),
    name: text('lv_name'),
    uuid: text('lv_uuid'),
    path: optional('lv_path'),
    mapperPath: optional('lv_dm_path'),
    sizeBytes: number('lv_size'),
    layout: listOf(text('lv_layout')),
    pool: optional('pool_lv'),
    origin: optional('origin'),
    originUuid: optional('origin_uuid'),
    tags: listOf(text('lv_tags')),
    isActive: state !== '-' && state !== 'X',
    snapshotState: snapshotState(text('lv_snapshot_invalid'), state),
    usedPercent: text('data_percent') === '' ? undefined : number('data_percent'),
    health: text('lv_health_status'),
    zeroesNewChunks: text('lv_attr')[7] === 'z',
    createdAt: text('lv_time') === '' ? undefined : new Date(number('lv_time') * 1000),
  };
}

/** `state` is the fifth letter of lv_attr: `I` an invalid snapshot, `S` a suspended invalid one. */
function snapshotState(isInvalid: string, state: string): LogicalVolume['snapshotState'] {
  if (isInvalid === 'snapshot invalid' || state === 'I' || state === 'S') return 'invalid';
  return isInvalid === '' ? 'valid' : 'unknown';
}

function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',');
}
