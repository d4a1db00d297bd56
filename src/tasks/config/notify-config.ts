import {durationMs} from './key-values.js';
import {DEFAULT_HOOK_TIMEOUT, DEFAULT_SENDMAIL, type NotificationValues} from './keys/notification-keys.js';
import type {PingUrl} from './ping-url.js';

/** Who is told of a task, beside those who read the log of a run. */
export interface NotifyConfig {
  readonly hooks: TaskHooks;
  readonly ping: PingUrl | undefined;
  readonly mail: MailConfig | undefined;
}

/** Commands that run when something happened to the task. */
export interface TaskHooks {
  readonly start: readonly string[] | undefined;
  readonly success: readonly string[] | undefined;
  readonly failure: readonly string[] | undefined;
  readonly change: readonly string[] | undefined;
  /** For each; 0 means never. */
  readonly timeoutMs: number;
}

/** Who gets a mail of failures, and how. */
export interface MailConfig {
  readonly to: readonly string[];
  readonly from: string | undefined;
  /** Of this machine: a path, or a name for the search path. */
  readonly sendmailPath: string;
}

/** As far as the values are known: a faulty key of a task is no reason to tell nobody of it. */
export function notifyConfig(values: Partial<NotificationValues>): NotifyConfig {
  return {
    hooks: {
      start: values.on_start,
      success: values.on_success,
      failure: values.on_failure,
      change: values.on_change,
      timeoutMs: values.hook_timeout ?? durationMs(DEFAULT_HOOK_TIMEOUT),
    },
    ping: values.ping_url,
    mail: mailConfig(values),
  };
}

function mailConfig(values: Partial<NotificationValues>): MailConfig | undefined {
  const {mail_to: to, mail_from: from, sendmail_path: sendmailPath = DEFAULT_SENDMAIL} = values;
  return to && {to, from, sendmailPath};
}
