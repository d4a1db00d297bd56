import {setTimeout as sleep} from 'node:timers/promises';
import {formatLocalTime} from '../../local-time.js';
import type {StatusReport} from '../../tasks/status/status-report.js';
import type {Screen} from '../screen/screen.js';
import {formatStatus} from '../text/status-table.js';
import type {SignalSource} from '../interrupts.js';

export interface StatusWatch {
  readonly screen: Screen;
  readonly signals: SignalSource;
  readonly intervalMs: number;
  readonly look: (signal: AbortSignal) => Promise<StatusReport>;
}

const CLEAR_SCREEN = '\u001b[H\u001b[2J';
const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Draws the status again and again, until a signal ends that; gives the signal. */
export async function watchStatus({screen, signals, intervalMs, look}: StatusWatch): Promise<NodeJS.Signals> {
  const end = new AbortController();
  let ending: NodeJS.Signals = 'SIGINT';
  const stop = (name: NodeJS.Signals): void => {
    ending = name;
    end.abort();
  };
  for (const name of ENDING) signals.on(name, stop);
  try {
    while (!end.signal.aborted) {
      const report = await look(end.signal).catch((error: unknown) => {
        if (!end.signal.aborted) throw error;
        return undefined;
      });
      if (report === undefined) break;
      screen.write(CLEAR_SCREEN + fitted(frameOf(report, screen, intervalMs), screen.rows));
      // Rejects at once when the end has come.
      await sleep(intervalMs, undefined, {signal: end.signal}).catch(() => undefined);
    }
    return ending;
  } finally {
    for (const name of ENDING) signals.off(name, stop);
  }
}

function frameOf(report: StatusReport, screen: Screen, intervalMs: number): string {
  return `${formatLocalTime(report.at)}, every ${intervalMs / 1000} s; end with Ctrl-C\n\n${formatStatus(report, screen)}`;
}

/** No more lines than the screen has, so that the first ones stay. */
function fitted(text: string, rows: number): string {
  const lines = text.trimEnd().split('\n');
  if (lines.length < rows) return `${lines.join('\n')}\n`;
  const kept = lines.slice(0, Math.max(rows - 2, 1));
  return `${kept.join('\n')}\n… ${lines.length - kept.length} more lines\n`;
}
