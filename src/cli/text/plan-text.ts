import {quoteWords} from '../../hosts/quote.js';
import type {
  PatchRoomReport,
  RunReport,
  SnapshotPlanSummary,
  TaskFigures,
  TaskPlanSummary,
  TaskReport,
} from '../../tasks/report.js';
import {formatBytes} from '../../units.js';
import {plainLines, plainText} from '../../plain-text.js';

/** What `--dry-run` shows: per task where what would run, and how much would change. */
export function formatPlans({tasks}: RunReport): string {
  return tasks
    .filter((task) => task.state === 'planned')
    .map(formatPlan)
    .join('\n');
}

function formatPlan({plan, figures, patchRoom, notes}: Extract<TaskReport, {state: 'planned'}>): string {
  const facts = [...planFacts(plan), ...figureFacts(figures), ...roomFacts(patchRoom)];
  const labelColumns = Math.max(...facts.map(([label]) => label.length));
  const lines = facts.map(([label, value]) => `  ${label.padEnd(labelColumns)}  ${plainText(value)}\n`);
  const noteLines = notes.map((note) => `  ${plainLines(note, '    ')}\n`);
  return [`${plainText(plan.task)}\n`, ...lines, ...noteLines].join('');
}

function planFacts(plan: TaskPlanSummary): [label: string, value: string][] {
  const facts: [string, string][] = [
    ['source', plan.source],
    ['target', plan.target.path],
    ['on', plan.target.host],
    [
      'changes',
      plan.flow === 'in-place' ? 'applied as they arrive' : `stored as a patch in ${plan.patchDir ?? ''}, then applied`,
    ],
    ['compares', plan.client],
    ['at the target', plan.targetProgram],
  ];
  if (plan.createTarget) facts.push(['if missing', 'the target is created']);
  if (plan.growTarget) facts.push(['if too small', 'the target is grown']);
  if (plan.verifyAfter) facts.push(['afterwards', 'source and target are compared once more']);
  if (plan.beforeSnapshot) facts.push(['before', quoteWords(plan.beforeSnapshot)]);
  if (plan.snapshot) facts.push(['snapshot', snapshotText(plan.snapshot)]);
  if (plan.afterSnapshot) facts.push(['after', quoteWords(plan.afterSnapshot)]);
  for (const [event, command] of Object.entries({
    'on start': plan.onStart,
    'on success': plan.onSuccess,
    'on failure': plan.onFailure,
    'on change': plan.onChange,
  })) {
    if (command) facts.push([event, quoteWords(command)]);
  }
  if (plan.pingHost !== undefined) facts.push(['pings', plan.pingHost]);
  if (plan.mailTo) facts.push(['mails', `failures to ${plan.mailTo.join(', ')}`]);
  if (plan.bandwidthLimitBytesPerSecond !== undefined) {
    facts.push(['at most', `${formatBytes(plan.bandwidthLimitBytesPerSecond)}/s`]);
  }
  return facts;
}

function snapshotText({name, size, autoextend}: SnapshotPlanSummary): string {
  const room = size === undefined ? '' : `, with room of ${size}`;
  if (autoextend === undefined) return `${name}${room}`;
  const {thresholdPercent, stepPercent} = autoextend;
  return `${name}${room}, extended by ${stepPercent}% when ${thresholdPercent}% of it are used`;
}

function figureFacts(figures: TaskFigures | undefined): [label: string, value: string][] {
  if (figures === undefined) return [['would change', 'unknown: the ends were not compared']];
  const {differingBytes, differingBlocks, sourceBytes, patchBytes} = figures;
  const blocks = differingBlocks === undefined ? '' : ` (blocks: ${differingBlocks})`;
  return [
    ['would change', `${formatBytes(differingBytes)}${blocks} of ${formatBytes(sourceBytes)}`],
    ['patch', formatBytes(patchBytes)],
  ];
}

function roomFacts(room: PatchRoomReport | undefined): [label: string, value: string][] {
  if (room === undefined) return [];
  const needed = room.neededBytes === undefined ? '' : `, at least ${formatBytes(room.neededBytes)} needed`;
  return [['room for it', `${formatBytes(room.freeBytes)}${needed}`]];
}
