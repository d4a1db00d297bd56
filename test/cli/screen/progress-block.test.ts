import {expect, test} from 'vitest';
import {createProgressBlock} from '#dist/cli/screen/progress-block.js';
import {createRunView} from '#dist/cli/screen/run-view.js';
import {displayWidth} from '#dist/cli/text/display-width.js';
import type {TaskProgress} from '#dist/tasks/events.js';
import {syncedTask} from '../../support/report-data.js';
import {recordedScreen} from '../../support/recorded-screen.js';
import {TerminalPicture} from '../../support/terminal-picture.js';

const MIB = 1024 ** 2;

function at(doneMib: number, more: Partial<TaskProgress> = {}): TaskProgress {
  const none = {patchBytes: 0, sentBytes: 0, receivedBytes: 0};
  return {stage: 'generate', doneBytes: doneMib * MIB, totalBytes: 100 * MIB, ...none, ...more};
}

/** A block on a terminal of that size, and what stands there. */
function block(is: {columns?: number; rows?: number} = {}) {
  let nowMs = 1000;
  const screen = recordedScreen({isTerminal: true, ...is});
  const display = createProgressBlock(screen, () => nowMs);
  return {
    display,
    screen,
    pass: (ms: number) => void (nowMs += ms),
    lines: () => new TerminalPicture(screen.text()).lines(),
  };
}

test('each running task has a line, and all together have one', () => {
  const {display, pass, lines} = block();
  for (const name of ['home', 'mail']) display.begin(name, 3);
  display.enter('home', 'generate');
  display.enter('mail', 'generate');
  for (let second = 0; second <= 4; second += 1) {
    display.update('home', at(second * 10));
    display.update('mail', at(second * 5));
    pass(1000);
  }
  display.enter('home', 'verify');
  expect(lines()).toEqual([
    'home: verify',
    'mail: generate 20.0% of 100.0MiB, 5.0MiB/s, 0:00:16 left',
    'all: 0 of 3 tasks done, 2 running, 60.0MiB compared, 15.0MiB/s',
  ]);
});

test('the time that is left is that of the longest, and told when all have begun', () => {
  const {display, pass, lines} = block();
  for (const name of ['home', 'mail']) display.begin(name, 2);
  for (let second = 0; second <= 4; second += 1) {
    display.update('home', at(second * 10));
    pass(500);
    display.update('mail', at(second * 5));
    pass(500);
  }
  display.update('home', at(40));
  expect(lines().at(-1)).toMatch(/^all: 0 of 2 tasks done, 2 running, 60\.0MiB compared, .*\/s, 0:00:1[67] left$/);
  display.end('mail');
  pass(1000);
  display.update('home', at(100));
  expect(lines()).toEqual([
    expect.stringMatching(/^home: generate 100\.0% of 100\.0MiB/),
    expect.stringMatching(/^all: 1 of 2 tasks done, 1 running, 120\.0MiB compared, .*, 0:00:00 left$/),
  ]);
});

test('it makes room for other lines, and is gone in the end', () => {
  const screen = recordedScreen({isTerminal: true});
  let nowMs = 0;
  const view = createRunView({screen, logLevel: 'info', progress: false, isParallel: true, now: () => nowMs});
  const picture = (): string[] => new TerminalPicture(screen.text()).lines();
  for (const [index, task] of ['home', 'mail'].entries()) view.onEvent({kind: 'task-started', task, index, total: 2});
  nowMs += 1000;
  view.onEvent({kind: 'progress', task: 'mail', progress: at(10)});
  expect(picture()).toEqual([
    'home: lock',
    'mail: generate 10.0% of 100.0MiB',
    'all: 0 of 2 tasks done, 2 running, 10.0MiB compared',
  ]);
  view.onEvent({kind: 'log', task: 'home', level: 'info', message: 'one\ntwo'});
  expect(picture()).toEqual(['[Task home] INFO: one', '    two']);
  nowMs += 1000;
  view.onEvent({kind: 'progress', task: 'mail', progress: at(20)});
  expect(picture().slice(0, 3)).toEqual(['[Task home] INFO: one', '    two', 'home: lock']);
  view.onEvent({kind: 'task-ended', report: {...syncedTask('mail'), state: 'skipped', reason: 'disabled'}});
  view.close();
  expect(picture()).toEqual(['[Task home] INFO: one', '    two']);
});

test.for([20, 40, 80, 200])('no line fills %i columns, where it would wrap', (columns) => {
  const {display, pass, lines} = block({columns});
  const name = 'a-task-with-a-very-long-name-that-nobody-can-read';
  display.begin(name, 1000);
  for (let second = 0; second <= 3; second += 1) {
    display.update(name, at(second, {patchBytes: 1, sentBytes: 2, receivedBytes: 3}));
    pass(1000);
  }
  expect(lines()).toHaveLength(2);
  for (const line of lines()) expect(displayWidth(line)).toBeLessThan(columns);
});

test('there are never more lines than the terminal has; the last one tells how many are running', () => {
  const {display, pass, lines} = block({rows: 6});
  for (let index = 0; index < 20; index += 1) display.begin(`t${index}`, 40);
  pass(1000);
  display.update('t0', at(1));
  expect(lines()).toHaveLength(5);
  expect(lines().at(-1)).toBe('all: 0 of 40 tasks done, 20 running, 1.0MiB compared');
});

test('it is drawn at most five times a second, however many tell', () => {
  const {display, pass, screen} = block();
  display.begin('home', 2);
  display.begin('mail', 2);
  for (let step = 0; step < 100; step += 1) {
    display.update(step % 2 === 0 ? 'home' : 'mail', at(step));
    pass(10);
  }
  expect(screen.text().split('all: ').length - 1).toBe(5);
});

test('two passes over a device are counted as what they are: compared bytes only', () => {
  const {display, pass, lines} = block();
  display.begin('home', 1);
  display.enter('home', 'generate');
  display.update('home', at(100));
  display.enter('home', 'apply');
  pass(1000);
  display.update('home', at(50, {stage: 'apply'}));
  expect(lines().at(-1)).toContain(', 100.0MiB compared');
});

test('several tasks at once are told apart in whole lines, where there is no terminal and progress is asked for', () => {
  const screen = recordedScreen();
  const view = createRunView({screen, logLevel: 'warning', progress: true, isParallel: true, now: () => 0});
  for (const [index, task] of ['home', 'mail'].entries()) view.onEvent({kind: 'task-started', task, index, total: 2});
  view.onEvent({kind: 'progress', task: 'home', progress: at(10)});
  view.onEvent({kind: 'progress', task: 'mail', progress: at(70)});
  view.onEvent({kind: 'stage', task: 'home', stage: 'verify'});
  view.onEvent({kind: 'stage', task: 'mail', stage: 'verify'});
  expect(screen.text()).toBe(
    '[Task home] PROGRESS: generate 10.0% of 100.0MiB\n[Task mail] PROGRESS: generate 70.0% of 100.0MiB\n',
  );
});

test('a dumb terminal gets no sequences that it would print', () => {
  const screen = {...recordedScreen({isTerminal: true}), canRedraw: false};
  const view = createRunView({screen, logLevel: 'warning', progress: false, isParallel: true});
  view.onEvent({kind: 'task-started', task: 'home', index: 0, total: 2});
  view.onEvent({kind: 'progress', task: 'home', progress: at(10)});
  view.close();
  expect(screen.text()).toBe('');
});
