import {quoteWords} from '../../hosts/quote.js';
import {plainLines, plainText} from '../../plain-text.js';
import {formatFailure} from '../failure-text.js';
import type {TaskReport} from '../report.js';

export interface FailedRun {
  readonly hostName: string;
  readonly version: string;
  /** In full; undefined for a task of the command line. */
  readonly configFile: string | undefined;
  /** Of the tasks that the recipients hear of; one failed at least. */
  readonly reports: readonly TaskReport[];
}

type FailedTask = Extract<TaskReport, {state: 'failed'}>;

const MAX_NAME_CHARACTERS = 60;
const MAX_FAILURE_CHARACTERS = 8000;
/** Of all failures together. What is left out is in the log and in the records of past runs. */
const MAX_FAILURES_CHARACTERS = 100_000;
/** With more, the commands to look further would be longer than what they say. */
const MAX_NAMED_TASKS = 5;

/** What a mail says of a run in which a task failed: how each one ended, how its target is left, where to look next. */
export function failureMail(run: FailedRun): {readonly subject: string; readonly body: string} {
  const failed = run.reports.filter((report) => report.state === 'failed');
  const what = summary(failed, run.reports.length);
  const source = run.configFile === undefined ? '' : `\nThe configuration is ${plainText(run.configFile)}.`;
  const paragraphs = [
    `On ${plainText(run.hostName)}, ${what}.${source}`,
    ...failureParagraphs(failed),
    ...others(run.reports),
    ...furtherLooks(run, failed),
  ];
  const signature = `-- \nbdsync-manager ${run.version}\n`;
  return {subject: `bdsync-manager on ${run.hostName}: ${what}`, body: [...paragraphs, signature].join('\n\n')};
}

/** `home failed`, `2 of 3 tasks failed`, `home was cancelled` */
function summary(failed: readonly FailedTask[], count: number): string {
  const isCancelled = failed.every(({failure}) => failure.cancelled);
  const [first] = failed;
  if (first && failed.length === 1) return `${shortName(first.task)} ${isCancelled ? 'was cancelled' : 'failed'}`;
  return `${failed.length} of ${count} tasks ${isCancelled ? 'were cancelled' : 'failed'}`;
}

function shortName(task: string): string {
  const name = plainText(task);
  return name.length > MAX_NAME_CHARACTERS ? `${name.slice(0, MAX_NAME_CHARACTERS)}…` : name;
}

function failureParagraphs(failed: readonly FailedTask[]): string[] {
  const paragraphs: string[] = [];
  let characters = 0;
  for (const [index, report] of failed.entries()) {
    const paragraph = failureParagraph(report);
    characters += paragraph.length;
    if (characters > MAX_FAILURES_CHARACTERS) return [...paragraphs, `${failed.length - index} more failed.`];
    paragraphs.push(paragraph);
  }
  return paragraphs;
}

function failureParagraph({task, failure, endedAt, notes}: FailedTask): string {
  const ending = failure.cancelled ? 'cancelled' : 'failed';
  const heading = `${plainText(task)}: ${ending} at ${endedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}`;
  const lines = [formatFailure(failure), ...notes.map((note) => `note: ${note}`)].map((text) =>
    plainLines(text, '    '),
  );
  const text = lines.join('\n    ');
  const cut = text.length > MAX_FAILURE_CHARACTERS ? `${text.slice(0, MAX_FAILURE_CHARACTERS)} …` : text;
  return `${heading}\n    ${cut}`;
}

/** How many others did what. Their names are as many as there are volumes. */
function others(reports: readonly TaskReport[]): string[] {
  const synced = reports.filter(({state}) => state === 'synced').length;
  const skipped = reports.filter(({state}) => state === 'skipped').length;
  const lines = [
    ...(synced === 0 ? [] : [`Brought in step: ${synced}.`]),
    ...(skipped === 0 ? [] : [`Not begun, since the run was cancelled: ${skipped}.`]),
  ];
  return lines.length === 0 ? [] : [lines.join('\n')];
}

function furtherLooks({configFile}: FailedRun, failed: readonly FailedTask[]): string[] {
  if (configFile === undefined) return ['The same command with --log-level debug tells more.'];
  const names = failed.length > MAX_NAMED_TASKS ? [] : failed.map(({task}) => task);
  const common = ['--config', configFile];
  const named = [...common, ...names.flatMap((name) => ['--task', name])];
  const looks = [
    ['what the tasks need:', ['bdsync-manager', 'check', ...named]],
    ['past runs:', ['bdsync-manager', 'log', ...common, ...names]],
    ['once more, telling more:', ['bdsync-manager', ...named, '--log-level', 'debug']],
  ] as const;
  return [
    ['To look further:', ...looks.map(([what, words]) => `  ${what}\n    ${plainText(quoteWords(words))}`)].join('\n'),
  ];
}
