import {readFile} from 'node:fs/promises';
import {expect} from 'vitest';
import type {Lvm} from '#dist/lvm/lvm.js';

export interface Call {
  /** From the name of the subcommand on: without `env …` and the program. */
  readonly words: readonly string[];
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  readonly describe: string | undefined;
}

type Answer = {readonly status?: number; readonly stdout?: string; readonly stderr?: string} | Error;

/** One expected command: its first word, and what it answers, or what happens when it runs. */
export type Step = readonly [command: string, answer: Answer | ((call: Call) => Answer | Promise<Answer>)];

/**
 * An LVM that expects these commands in this order, for what a real one cannot do on demand. `calls` are those that
 * came and `pauses` the milliseconds that were waited. What changes anything must be let come to its end.
 */
export function scriptedLvm(steps: readonly Step[]): {lvm: Lvm; calls: Call[]; pauses: number[]} {
  const calls: Call[] = [];
  const pauses: number[] = [];
  const run: Lvm['run'] = async (words, options) => {
    const lvmWords = words[3] === '/sbin/lvm' ? words.slice(4) : words;
    const {signal, timeoutMs, describe} = options ?? {};
    const call = {words: lvmWords, signal, timeoutMs, describe};
    const changes = ['lvcreate', 'lvextend', 'lvremove'].includes(lvmWords[0] ?? '');
    expect(options?.outlivesUs === true, `whether ${words.join(' ')} goes on without us`).toBe(changes);
    const step = steps[calls.length];
    calls.push(call);
    expect(lvmWords[0], `command ${calls.length}: ${words.join(' ')}`).toBe(step?.[0]);
    const answer = typeof step?.[1] === 'function' ? await step[1](call) : step?.[1];
    if (answer instanceof Error) throw answer;
    return {status: 0, stdout: '', stderr: '', ...answer};
  };
  const pause = async (milliseconds: number) => {
    pauses.push(milliseconds);
  };
  return {lvm: {run, programPath: '/sbin/lvm', pause}, calls, pauses};
}

/** A recorded report of lvs. */
export function recordedReport(name: string): Promise<string> {
  return readFile(new URL(`../fixtures/lvm/${name}.json`, import.meta.url), 'utf8');
}

/** The rows of a recorded report with these names, with some fields changed. */
export async function reportOf(
  recording: string,
  names: readonly string[],
  changes: Readonly<Record<string, string>> = {},
): Promise<{stdout: string}> {
  const recorded: {report: [{lv: Record<string, string>[]}]} = JSON.parse(await recordedReport(recording));
  const rows = recorded.report[0].lv.filter((row) => names.includes(row['lv_name'] ?? ''));
  expect(rows).toHaveLength(names.length);
  return {stdout: JSON.stringify({report: [{lv: rows.map((row) => ({...row, ...changes}))}]})};
}

export const NO_SUCH_VOLUME = {status: 5, stderr: '  Failed to find logical volume "vg0/home-snapshot"\n'};
