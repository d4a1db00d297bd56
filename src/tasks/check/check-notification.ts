import type {NotifyConfig} from '../config/notify-config.js';
import {requireProgram} from '../programs/require-program.js';
import type {Needs} from './needs.js';

/** Whether the programs are there that are to tell of the task. Nobody is told of anything. */
export async function checkNotification({hooks, mail}: NotifyConfig, needs: Needs, signal: AbortSignal): Promise<void> {
  const {start, success, failure, change} = hooks;
  for (const [event, command] of Object.entries({start, success, failure, change})) {
    const program = command?.[0];
    if (program !== undefined) await needs.collect(signal, () => requireProgram(program, `on_${event}`, 'task-hook'));
  }
  if (mail) await needs.collect(signal, () => requireProgram(mail.sendmailPath, 'sendmail_path', 'mail-failed'));
}
