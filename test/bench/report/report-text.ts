import {formatBytes} from '#dist/units.js';
import {painter} from '#dist/cli/text/colors.js';
import {renderTable} from '#dist/cli/text/table.js';
import type {JudgedAim} from './aims.js';
import type {BenchReport} from './bench-report.js';
import {experimentText} from './experiment-text.js';
import type {Machine} from './machine.js';

const LEGEND =
  'Times are seconds. "b/it" is what row b took by what the row took: above 1, the row is better.\n' +
  'A process with less than 10 MB is told as 10.\n';

export function reportText({startedAt, machine, rounds, notes, experiments, aims}: BenchReport): string {
  return [
    `Measured ${startedAt.slice(0, 10)}, medians of ${rounds} rounds\n${machineText(machine)}\n${LEGEND}`,
    ...experiments.map(experimentText),
    aimsText(aims),
    ...(notes.length === 0 ? [] : [notes.map((note) => `Note: ${note}.\n`).join('')]),
  ].join('\n');
}

function machineText(machine: Machine): string {
  const {cpu, cores, hasShaInstructions, memoryBytes, kernel, fileSystem, load, node, openssl, ours, native} = machine;
  const sha = hasShaInstructions ? 'with' : 'without';
  return [
    `  machine   ${cpu}, ${cores} cores, ${sha} SHA instructions, ${formatBytes(memoryBytes)}`,
    `            ${kernel}, images on ${fileSystem}, load before ${load.toFixed(1)}`,
    `  versions  ours ${ours}, Node.js ${node}, OpenSSL ${openssl}`,
    `            native ${native ?? 'none'}\n`,
  ].join('\n');
}

function aimsText(aims: readonly JudgedAim[]): string {
  const rows = aims.map(({what, wanted, value, isMet}) => [
    {text: what},
    {text: wanted},
    {text: value === undefined ? '-' : value.toFixed(2)},
    {text: isMet === undefined ? 'not measured' : isMet ? 'met' : 'missed'},
  ]);
  const head = ['aim', 'wanted', 'measured', ''];
  return renderTable({head, rows, alignment: ['left', 'left', 'right', 'left']}, painter(false));
}
