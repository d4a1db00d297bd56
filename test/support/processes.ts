import {readdirSync, readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';

/** Local processes whose arguments are these. */
export function processesRunning(words: readonly string[]): number[] {
  const wanted = words.map((word) => `${word}\0`).join('');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && argumentsOf(name) === wanted)
    .map(Number);
}

/** Polls until there are `count` of them. */
export async function waitForProcesses(words: readonly string[], count: number, timeoutMs = 10_000): Promise<number[]> {
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const pids = processesRunning(words);
    if (pids.length === count) return pids;
    if (performance.now() > giveUpAt) throw new Error(`${pids.length} processes run ${words.join(' ')}, not ${count}`);
    await sleep(20);
  }
}

/** An argument for sleep that no other process has: a quarter of an hour and a random fraction. */
export function uniqueSeconds(): string {
  return `1000.${process.pid}${Math.floor(Math.random() * 1e9)}`;
}

function argumentsOf(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return undefined;
  }
}
