import {localHost} from '../../hosts/local-host.js';
import type {Host} from '../../hosts/host.js';
import {removeOwnFile, writeOwnFile} from './own-file.js';
import type {ScheduleChange} from './schedule-change.js';
import {ScheduleError} from './schedule-error.js';

/** The scheduler answers at once, or never. */
const PROGRAM_TIMEOUT_MS = 90_000;

/** Does what was shown. @throws ScheduleError for the first step that fails: the ones before it are done. */
export async function applySchedule(change: ScheduleChange, host: Pick<Host, 'run'> = localHost()): Promise<void> {
  const isRun = change.whyNotRun === undefined;
  if (isRun) for (const words of change.before) await runProgram(words, host);
  for (const file of change.files) await writeOwnFile(file);
  for (const path of change.removals) await removeOwnFile(path);
  if (isRun) for (const words of change.after) await runProgram(words, host);
}

async function runProgram(words: readonly string[], host: Pick<Host, 'run'>): Promise<void> {
  const {status, stderr} = await host.run(words, {timeoutMs: PROGRAM_TIMEOUT_MS});
  if (status === 0) return;
  throw new ScheduleError('schedule-failed', `${words.join(' ')} ended with status ${status}\n${stderr}`, {
    hint: 'what was done before it stays: the same command tries again',
  });
}
