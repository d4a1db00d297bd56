import {hostname} from 'node:os';
import {packageVersion} from '../../version.js';
import type {MailConfig, NotifyConfig} from '../config/notify-config.js';
import {runHook} from '../programs/run-hook.js';
import type {TaskReport} from '../report.js';
import {TaskError} from '../task-error.js';
import {failureMail} from './failure-mail.js';
import {formatMail} from './mail-message.js';

type MailedTask = {readonly name: string; readonly notify: Pick<NotifyConfig, 'mail'>};

/** A mail that did not go out, and whom of the tasks it was about. */
export interface UnsentMail {
  readonly tasks: ReadonlySet<string>;
  readonly failure: TaskError;
}

const NO_PROGRAM_HINT =
  'a mail program brings it along: msmtp-mta, dma, postfix or exim4; or name it with sendmail_path';
/** To take the mail, not to deliver it. */
const SENDMAIL_TIMEOUT_MS = 60_000;

/** One mail for all tasks of a run with the same recipients, if one of them failed; resolves with those not sent. */
export async function sendFailureMails(
  tasks: readonly MailedTask[],
  reports: readonly TaskReport[],
  {configFile, signal}: {readonly configFile: string | undefined; readonly signal: AbortSignal},
): Promise<UnsentMail[]> {
  const unsent: UnsentMail[] = [];
  for (const {mail, names} of groupsOf(tasks)) {
    const concerned = reports.filter(({task}) => names.has(task));
    if (!concerned.some(({state}) => state === 'failed')) continue;
    const text = failureMail({hostName: hostname(), version: packageVersion(), configFile, reports: concerned});
    const failure = await send(mail, formatMail({...mail, ...text, date: new Date()}), signal);
    if (failure) unsent.push({tasks: names, failure});
  }
  return unsent;
}

interface MailGroup {
  readonly mail: MailConfig;
  readonly names: Set<string>;
}

function groupsOf(tasks: readonly MailedTask[]): MailGroup[] {
  const groups = new Map<string, MailGroup>();
  for (const {name, notify} of tasks) {
    const {mail} = notify;
    if (mail === undefined) continue;
    const key = JSON.stringify(mail);
    const group = groups.get(key) ?? {mail, names: new Set()};
    groups.set(key, group);
    group.names.add(name);
  }
  return [...groups.values()];
}

async function send(
  {to, sendmailPath}: MailConfig,
  input: string,
  signal: AbortSignal,
): Promise<TaskError | undefined> {
  const command = [sendmailPath, '-i', '-t'];
  const {failure, lines, state} = await runHook(
    {kind: 'mail-failed', key: 'sendmail_path', command, environment: {}, input, timeoutMs: SENDMAIL_TIMEOUT_MS},
    {signal},
  );
  if (failure === undefined) return undefined;
  const message = `no mail went to ${to.join(', ')}: ${failure.message}`;
  return new TaskError('mail-failed', message, {
    hint: state === 'not-started' && !signal.aborted ? NO_PROGRAM_HINT : undefined,
    errorLines: lines,
    cause: failure,
  });
}
