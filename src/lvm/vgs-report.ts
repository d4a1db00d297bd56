import {REPORT_OPTIONS, type ReportRow, reportRows} from './report-rows.js';

/** One volume group as `vgs` reports it. */
export interface VolumeGroup {
  readonly name: string;
  /** What volumes are made of: each has a whole number of them. */
  readonly extentBytes: number;
  /** Of no volume yet. */
  readonly freeBytes: number;
}

/** The options that make `vgs` answer in the form of `parseVgsReport`. */
export const VGS_OPTIONS: readonly string[] = [...REPORT_OPTIONS, '-o', 'vg_name,vg_extent_size,vg_free'];

/**
 * Understands what `vgs` with VGS_OPTIONS wrote, as `parseLvsReport` does for volumes.
 *
 * @throws LvmError 'lvm-report'.
 */
export function parseVgsReport(text: string): VolumeGroup[] {
  return reportRows(text, 'vg').map(groupOf);
}

function groupOf({text, number}: ReportRow): VolumeGroup {
  return {name: text('vg_name'), extentBytes: number('vg_extent_size'), freeBytes: number('vg_free')};
}

/** The size of a volume that holds so much: whole extents. */
export function wholeExtents({extentBytes}: VolumeGroup, sizeBytes: number): number {
  return Math.ceil(sizeBytes / extentBytes) * extentBytes;
}
