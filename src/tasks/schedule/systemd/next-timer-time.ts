import type {Host} from '../../../hosts/host.js';

const TIMEOUT_MS = 10_000;

/** When systemd starts a timer's service the next time, in ISO 8601; undefined when it does not, or cannot be asked. */
export async function nextTimerTime(timer: string, host: Pick<Host, 'run'>): Promise<string | undefined> {
  // In this time zone and language only, the answer says all that a program must know.
  const words = [
    'env',
    'TZ=UTC',
    'LC_ALL=C',
    'systemctl',
    'show',
    '--value',
    '--property=NextElapseUSecRealtime',
    timer,
  ];
  const answer = await host.run(words, {timeoutMs: TIMEOUT_MS}).catch(() => undefined);
  const [, date, time] = /^\w{3} (\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}) UTC$/.exec(answer?.stdout.trim() ?? '') ?? [];
  return date === undefined ? undefined : new Date(`${date}T${time}Z`).toISOString();
}
