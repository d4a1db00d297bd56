import {painter} from '#dist/cli/text/colors.js';
import {renderTable} from '#dist/cli/text/table.js';
import type {VariantId} from '../experiment.js';
import {roundRatio} from '../measuring/round-ratio.js';
import type {ExperimentResult, VariantResult} from '../run-experiment.js';

/** A row with the letter that ratios call it by. */
interface Row {
  readonly letter: string;
  readonly result: VariantResult;
}

/** A table of what was measured; times in seconds, ratios above 1 are better than what they are told against. */
export function experimentText({title, subject, baselines, variants}: ExperimentResult): string {
  const rows = variants.map((result, index): Row => ({letter: String.fromCodePoint(97 + index), result}));
  const ratios = baselines.flatMap((id) => ratioColumns(id, rows));
  const head = ['', '', 'section', 'time', 'from - to', 'CPU', ...ratios.map(({head}) => head), 'peak memory, MB'];
  const table = renderTable(
    {
      head,
      rows: rows.map(({letter, result}) => [
        {text: letter},
        {text: result.name},
        {text: String(result.section)},
        {text: seconds(result.wallMs)},
        {text: rangeText(result)},
        {text: seconds(result.cpuMs)},
        ...ratios.map(({textFor}) => ({text: textFor(result)})),
        {text: peakText(result.peakBytes)},
      ]),
      alignment: ['left', 'left', ...head.slice(3).map(() => 'right' as const), 'left'],
    },
    painter(false),
  );
  return `${title}: ${subject}\n\n${table}`;
}

interface RatioColumn {
  readonly head: string;
  readonly textFor: (result: VariantResult) => string;
}

/** Nothing where the baseline was not measured. */
function ratioColumns(baseline: VariantId, rows: readonly Row[]): RatioColumn[] {
  const row = rows.find(({result}) => result.id === baseline);
  if (!row || rows.length === 1) return [];
  const {letter, result: by} = row;
  const columns = [{head: `time ${letter}/it`, textFor: (it: VariantResult) => ratio(roundRatio(by, it, 'wallMs'))}];
  if (by.cpuMs !== undefined) {
    columns.push({head: `CPU ${letter}/it`, textFor: (it: VariantResult) => ratio(roundRatio(by, it, 'cpuMs'))});
  }
  return columns;
}

function ratio(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(2);
}

function seconds(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '-' : (milliseconds / 1000).toFixed(3);
}

function rangeText({samples}: VariantResult): string {
  const times = samples.map(({wallMs}) => wallMs);
  return `${seconds(Math.min(...times))} - ${seconds(Math.max(...times))}`;
}

function peakText(peakBytes: Readonly<Record<string, number>>): string {
  const peaks = Object.entries(peakBytes).map(([process, bytes]) => `${process} ${(bytes / 1e6).toFixed(0)}`);
  return peaks.length === 0 ? '-' : peaks.join(', ');
}
