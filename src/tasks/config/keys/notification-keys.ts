import {type KeyRules, optional, withDefault} from '../key-rule.js';
import {commandWords, durationMs} from '../key-values.js';
import {mailAddress, mailAddresses} from '../mail-addresses.js';
import {type PingUrl, pingUrlValue} from '../ping-url.js';
import {parseLocalPath} from './path-keys.js';

export interface NotificationValues {
  readonly on_start: readonly string[] | undefined;
  readonly on_success: readonly string[] | undefined;
  readonly on_failure: readonly string[] | undefined;
  readonly on_change: readonly string[] | undefined;
  readonly hook_timeout: number;
  readonly ping_url: PingUrl | undefined;
  readonly mail_to: readonly string[] | undefined;
  readonly mail_from: string | undefined;
  readonly sendmail_path: string;
}

export const DEFAULT_HOOK_TIMEOUT = '60s';
export const DEFAULT_SENDMAIL = '/usr/sbin/sendmail';

export const NOTIFICATION_KEYS: KeyRules<NotificationValues> = {
  on_start: optional(commandWords, {
    group: 'notification',
    placeholder: 'command',
    doc: 'a program and its arguments that run before anything of the task is done; when it fails, so does the task',
  }),
  on_success: optional(commandWords, {
    group: 'notification',
    placeholder: 'command',
    doc: 'a program and its arguments that run when the target was brought in step',
  }),
  on_failure: optional(commandWords, {
    group: 'notification',
    placeholder: 'command',
    doc: 'a program and its arguments that run when the task has failed or was cancelled',
  }),
  on_change: optional(commandWords, {
    group: 'notification',
    placeholder: 'command',
    doc: 'a program and its arguments that run after a success that changed something in the target',
  }),
  hook_timeout: withDefault(DEFAULT_HOOK_TIMEOUT, durationMs, {
    group: 'notification',
    placeholder: 'time',
    doc: 'how long each of these commands may take; 0 waits for ever',
  }),
  ping_url: optional(pingUrlValue, {
    group: 'notification',
    placeholder: 'url',
    doc: 'the address of a monitor that is told of the start, the success and the failure, as healthchecks has it',
    isSecret: true,
  }),
  mail_to: optional(mailAddresses, {
    group: 'notification',
    placeholder: 'addresses',
    doc: 'who gets a mail at the end of a run in which the task failed',
  }),
  mail_from: optional(mailAddress, {
    group: 'notification',
    placeholder: 'address',
    doc: 'the sender of that mail; without one, the mail program has its own',
  }),
  sendmail_path: withDefault(DEFAULT_SENDMAIL, parseLocalPath, {
    group: 'notification',
    placeholder: 'path',
    doc: 'the program that takes the mail, with the options -i and -t of sendmail',
  }),
};
