import type {LastRun, StatusReport, TaskStatus} from '../status/status-report.js';
import type {SampleLines} from './other-samples.js';

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly samples: (task: TaskStatus) => readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

/** Before all names, which are told of by the task and the configuration that it is in. */
const PREFIX = 'bdsync_manager_';

const OUTCOMES: readonly LastRun['outcome'][] = [
  'synced',
  'verified',
  'failed',
  'cancelled',
  'skipped',
  'did-not-end',
  'unknown',
];

const METRICS: readonly Metric[] = [
  one('task_enabled', 'Whether the task is run when no task is named.', ({disabled}) => Number(!disabled)),
  one(
    'last_success_timestamp_seconds',
    'When the target was last brought in step; 0 if that is not known to have happened.',
    ({lastSuccess}) => timeOf(lastSuccess?.endedAt) ?? 0,
  ),
  one('last_success_duration_seconds', 'How long the last success took.', ({lastSuccess}) =>
    seconds(lastSuccess?.durationMs),
  ),
  one(
    'last_success_source_bytes',
    'Size of the source at the last success.',
    ({lastSuccess}) => lastSuccess?.sourceBytes,
  ),
  one(
    'last_success_differing_bytes',
    'Bytes of the source that the last success found to differ.',
    ({lastSuccess}) => lastSuccess?.differingBytes,
  ),
  one('last_success_sent_bytes', 'Bytes that the last success sent.', ({lastSuccess}) => lastSuccess?.sentBytes),
  one(
    'last_success_received_bytes',
    'Bytes that the last success received.',
    ({lastSuccess}) => lastSuccess?.receivedBytes,
  ),
  one(
    'last_verified_timestamp_seconds',
    'When source and target were last compared and found equal.',
    ({lastVerified}) => timeOf(lastVerified?.endedAt),
  ),
  one('last_run_timestamp_seconds', 'When the last run ended, or began if it did not end.', ({lastRun}) =>
    timeOf(lastRun?.endedAt ?? lastRun?.startedAt),
  ),
  one('last_run_duration_seconds', 'How long the last run took, whatever came of it.', ({lastRun}) =>
    seconds(lastRun?.durationMs),
  ),
  {
    name: 'last_run_outcome',
    help: 'How the last run, or comparison, ended: 1 for the outcome that it had, 0 for the others.',
    samples: ({lastRun}) =>
      lastRun === undefined
        ? []
        : OUTCOMES.map((outcome) => ({labels: {outcome}, value: Number(outcome === lastRun.outcome)})),
  },
  one('target_incomplete', 'Whether the target may be between old and new.', ({problems}) =>
    Number(problems.some(({kind}) => kind === 'incomplete')),
  ),
  one(
    'left_over',
    'How many snapshots and files interrupted runs have left.',
    ({problems}) => problems.filter(({kind}) => kind === 'left-over').length,
  ),
  one(
    'warn_after_seconds',
    'The age of the last success that is worth a warning; of an enabled task.',
    ({disabled, warnAfterMs}) => (disabled ? undefined : seconds(warnAfterMs)),
  ),
  one(
    'crit_after_seconds',
    'The age of the last success that is critical; of an enabled task.',
    ({disabled, critAfterMs}) => (disabled ? undefined : seconds(critAfterMs)),
  ),
];

/**
 * The figures of tasks in the text format of Prometheus, all of them gauges; what is not known is not there. Those of
 * others stand beside them: what belongs to one name has to be in one place.
 */
export function formatMetrics(
  {tasks}: Pick<StatusReport, 'tasks'>,
  origin: string,
  version: string,
  others: SampleLines = new Map(),
): string {
  const metrics = METRICS.flatMap(({name, help, samples}) => {
    const own = tasks.flatMap((task) =>
      samples(task).flatMap(({labels, value}) =>
        value === undefined ? [] : [sampleLine(name, {config: origin, task: task.task, ...labels}, value)],
      ),
    );
    const lines = [...own, ...(others.get(PREFIX + name) ?? [])];
    return lines.length === 0 ? [] : [...headLines(name, help), ...lines];
  });
  const info = 'build_info';
  return [
    ...headLines(info, 'The version of bdsync-manager that wrote this, as a label.'),
    sampleLine(info, {config: origin, version}, 1),
    ...(others.get(PREFIX + info) ?? []),
    ...metrics,
    '',
  ].join('\n');
}

function one(name: string, help: string, value: (task: TaskStatus) => number | undefined): Metric {
  return {name, help, samples: (task) => [{value: value(task)}]};
}

function headLines(name: string, help: string): string[] {
  return [`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} gauge`];
}

function sampleLine(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const told = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${PREFIX}${name}{${told.join(',')}} ${value}`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function timeOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}

function seconds(milliseconds: number | undefined): number | undefined {
  return milliseconds === undefined ? undefined : Math.round(milliseconds) / 1000;
}
