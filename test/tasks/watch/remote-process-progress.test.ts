import {afterEach, beforeEach, expect, it, vi} from 'vitest';
import type {Host, RunResult} from '#dist/hosts/host.js';
import {remoteProcessProgress} from '#dist/tasks/watch/remote-process-progress.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A host on which every look at a process answers something new, or nothing at all. */
function host(answers: readonly (string | Error)[]): {host: Host; asked: string[]} {
  const asked: string[] = [];
  const run = async (words: readonly string[]): Promise<RunResult> => {
    const answer = answers[asked.length];
    asked.push(words.join(' '));
    if (typeof answer !== 'string') throw answer ?? new Error('asked too often');
    return {status: 0, stdout: answer, stderr: ''};
  };
  return {
    host: {name: 'store', isLocal: false, run, spawn: () => Promise.reject(new Error('nothing to start'))},
    asked,
  };
}

it('asks for what the process read and wrote once a minute at the most, whatever the time of day does', async () => {
  const {host: store, asked} = host(['wchar: 1', 'wchar: 2']);
  const progress = remoteProcessProgress(store, '4711', 30 * 60_000);
  expect(await progress()).toBe('');
  vi.setSystemTime(new Date('2100-01-01'));
  expect(await progress()).toBe('');
  vi.advanceTimersByTime(60_000);
  expect(await progress()).toBe('wchar: 1');
  expect(await progress()).toBe('wchar: 1');
  vi.setSystemTime(new Date('2000-01-01'));
  vi.advanceTimersByTime(60_000);
  expect(await progress()).toBe('wchar: 2');
  expect(asked).toEqual(['cat /proc/4711/io', 'cat /proc/4711/io']);
});

it('keeps its last answer when the host does not give one', async () => {
  const {host: store} = host(['wchar: 1', new Error('no route')]);
  const progress = remoteProcessProgress(store, '1', 60_000);
  vi.advanceTimersByTime(15_000);
  expect(await progress()).toBe('wchar: 1');
  vi.advanceTimersByTime(15_000);
  expect(await progress()).toBe('wchar: 1');
});
