import type {TaskFigures} from '../../tasks/report.js';
import {formatBytes, formatDuration} from '../../units.js';
import {proofText} from './proof-text.js';

/** What an info log tells of a task that was synced; the times and the patch size in the words that logs always had. */
export function figureLines(figures: TaskFigures): string[] {
  return [
    ...timeLines(figures),
    ...verifyLines(figures),
    differenceLine(figures),
    connectionLine(figures),
    ...proofLines(figures),
    ...snapshotLines(figures),
  ];
}

function timeLines({flow, patchBytes, timesMs}: TaskFigures): string[] {
  const {generate, transfer, apply} = timesMs;
  if (flow === 'in-place') return [`Change Apply Time: ${formatDuration(generate + transfer + apply)}`];
  return [
    `Patch Generate Time: ${formatDuration(generate + transfer)}`,
    `Patch Size: ${formatBytes(patchBytes)}`,
    `Patch Apply Time: ${formatDuration(apply)}`,
  ];
}

function verifyLines({timesMs: {verify}}: TaskFigures): string[] {
  return verify === undefined ? [] : [`Verify Time: ${formatDuration(verify)}`];
}

function differenceLine({differingBlocks, differingBytes, sourceBytes}: TaskFigures): string {
  const blocks = differingBlocks === undefined ? '' : ` in ${countOf(differingBlocks, 'block')}`;
  return `Difference: ${formatBytes(differingBytes)}${blocks} of ${formatBytes(sourceBytes)}`;
}

function connectionLine({sentBytes, receivedBytes, digestBytes}: TaskFigures): string {
  const digests = digestBytes === undefined ? '' : `, ${formatBytes(digestBytes)} of it digests`;
  return `Connection: ${formatBytes(sentBytes)} sent, ${formatBytes(receivedBytes)} received${digests}`;
}

function snapshotLines({snapshotFill}: TaskFigures): string[] {
  if (snapshotFill === undefined) return [];
  const {usedPercent, usedBytes, roomBytes, extensions} = snapshotFill;
  const extended = extensions === 0 ? '' : `, after ${countOf(extensions, 'extension')}`;
  const used = `${formatBytes(usedBytes)} used, ${usedPercent}% at the most`;
  return [`Snapshot: ${used}, room for ${formatBytes(roomBytes)}${extended}`];
}

function proofLines({proof}: TaskFigures): string[] {
  return proof === undefined ? [] : [`Proof: ${proofText(proof)}`];
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
