import {expect, test, vi} from 'vitest';
import {delayedSignal} from '#dist/tasks/notify/delayed-signal.js';

test.for([
  ['later', false],
  ['already', true],
] as const)('a signal follows another one that aborts %s, after the delay and with its reason', ([, isEarly]) => {
  vi.useFakeTimers();
  try {
    const stop = new AbortController();
    if (isEarly) stop.abort('SIGTERM');
    const delayed = delayedSignal(stop.signal, 1000);
    vi.advanceTimersByTime(5000);
    expect(delayed.aborted).toBe(isEarly);
    stop.abort('SIGTERM');
    vi.advanceTimersByTime(999);
    expect(delayed.aborted).toBe(isEarly);
    vi.advanceTimersByTime(1);
    expect(delayed).toMatchObject({aborted: true, reason: 'SIGTERM'});
  } finally {
    vi.useRealTimers();
  }
});
