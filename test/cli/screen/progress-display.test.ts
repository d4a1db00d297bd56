import {expect, test} from 'vitest';
import type {TaskProgress} from '#dist/tasks/events.js';
import {displayWidth} from '#dist/cli/text/display-width.js';
import {createProgressDisplay} from '#dist/cli/screen/progress-display.js';
import {progressLine, progressParts} from '#dist/cli/text/progress-text.js';
import {recordedScreen} from '../../support/recorded-screen.js';

const MIB = 1024 ** 2;

function at(doneBytes: number, more: Partial<TaskProgress> = {}): TaskProgress {
  return {
    stage: 'generate',
    doneBytes,
    totalBytes: 1000 * MIB,
    patchBytes: 0,
    sentBytes: 0,
    receivedBytes: 0,
    ...more,
  };
}

function clock() {
  let nowMs = 1000;
  return {now: () => nowMs, pass: (ms: number) => void (nowMs += ms)};
}

test('progress tells position, rate, remaining time, patch and traffic', () => {
  const progress = at(250 * MIB, {patchBytes: 2048, sentBytes: 3 * MIB, receivedBytes: MIB});
  expect(progressParts(progress, 10 * MIB).join(', ')).toBe(
    'generate 25.0% of 1000.0MiB, 10.0MiB/s, 0:01:15 left, patch 2.0KiB, sent 3.0MiB, received 1.0MiB',
  );
});

test('without a rate yet, and for an empty device, nothing is invented', () => {
  expect(progressParts(at(0), undefined)).toEqual(['generate 0.0% of 1000.0MiB']);
  expect(progressParts(at(0, {totalBytes: 0}), undefined)).toEqual(['generate 100.0% of 0B']);
  expect(progressParts(at(0), 0)).toEqual(['generate 0.0% of 1000.0MiB', '0B/s']);
});

test.for([20, 30, 40, 60, 80, 200])('the line never fills %i columns, where it would wrap', (columns) => {
  const parts = progressParts(at(250 * MIB, {patchBytes: 1, sentBytes: 2, receivedBytes: 3}), 10 * MIB);
  const line = progressLine('a-task-with-a-long-name', parts, columns);
  expect(displayWidth(line)).toBeLessThan(columns);
});

test('a terminal line is redrawn at most five times a second', () => {
  const {now, pass} = clock();
  const screen = recordedScreen({isTerminal: true});
  const display = createProgressDisplay(screen, false, now);
  for (let step = 0; step < 100; step += 1) {
    display.update('home', at(step * MIB));
    pass(10);
  }
  expect(screen.text().split('\r\u001b[K')).toHaveLength(1 + 5);
  expect(screen.text()).not.toContain('\n');
});

test('a terminal line is cleared for other lines and at the end of a stage, once', () => {
  const {now} = clock();
  const screen = recordedScreen({isTerminal: true});
  const display = createProgressDisplay(screen, false, now);
  display.clear();
  display.update('home', at(MIB));
  display.clear();
  display.enter('home', 'generate');
  expect(screen.text()).toBe('\r\u001b[Khome: generate 0.1% of 1000.0MiB\r\u001b[K');
});

test('nothing is shown where nobody looks', () => {
  const screen = recordedScreen();
  const display = createProgressDisplay(screen, false);
  display.update('home', at(MIB));
  display.enter('home', 'generate');
  expect(screen.text()).toBe('');
});

test('asked for without a terminal: a line every ten seconds and one at the end of each stage', () => {
  const {now, pass} = clock();
  const screen = recordedScreen();
  const display = createProgressDisplay(screen, true, now);
  for (let second = 0; second <= 25; second += 1) {
    display.update('home', at(second * 10 * MIB));
    pass(1000);
  }
  display.enter('home', 'generate');
  display.enter('home', 'generate');
  expect(screen.text()).toBe(
    [
      '[Task home] PROGRESS: generate 10.0% of 1000.0MiB, 10.0MiB/s, 0:01:30 left',
      '[Task home] PROGRESS: generate 20.0% of 1000.0MiB, 10.0MiB/s, 0:01:20 left',
      '[Task home] PROGRESS: generate 25.0% of 1000.0MiB, 10.0MiB/s, 0:01:15 left',
      '',
    ].join('\n'),
  );
});

test('a dumb terminal gets no sequences that it would print', () => {
  const screen = {...recordedScreen({isTerminal: true}), canRedraw: false};
  const display = createProgressDisplay(screen, false);
  display.update('home', at(1));
  display.clear();
  expect(screen.text()).toBe('');
});
