import {openSync, closeSync, fstatSync} from 'node:fs';
import {expect, onTestFinished, test} from 'vitest';
import {leadsToJournal, withPriority} from '#dist/cli/screen/journal.js';
import {createLogPrinter} from '#dist/cli/screen/log-printer.js';
import {runCli} from '../../support/cli-world.js';
import {recordedScreen} from '../../support/recorded-screen.js';

test('each line has its priority', () => {
  expect(withPriority('error', 'a\n  hint: b\n')).toBe('<3>a\n<3>  hint: b\n');
  expect(withPriority('warning', 'a\n')).toBe('<4>a\n');
  expect(withPriority('info', 'a\n')).toBe('<6>a\n');
  expect(withPriority('debug', 'a\n')).toBe('<7>a\n');
});

test('lines of the log have one in the journal, and nowhere else', () => {
  for (const isJournal of [true, false]) {
    const screen = recordedScreen({isJournal});
    createLogPrinter(screen, 'info', () => {})('warning', 'home', 'first\nsecond');
    const mark = isJournal ? '<4>' : '';
    expect(screen.text()).toBe(`${mark}[Task home] WARNING: first\n${mark}    second\n`);
  }
});

test('an error that ends the program has one as well', async () => {
  const {stderr} = await runCli(['run', '--nonsense'], {isJournal: true});
  expect(stderr).toMatch(/^<3>bdsync-manager: unknown option '--nonsense'\n<3> {2}hint: .*\n$/);
});

test('the journal is known by device and inode of the stream', () => {
  const descriptor = openSync('/dev/null', 'r');
  onTestFinished(() => closeSync(descriptor));
  const {dev, ino} = fstatSync(descriptor);
  expect(leadsToJournal(descriptor, {JOURNAL_STREAM: `${dev}:${ino}`})).toBe(true);
  for (const stream of [`${dev}:${ino + 1}`, `${dev + 1}:${ino}`, `${ino}`, '', 'x:y', `${dev}:${ino}:1`]) {
    expect(leadsToJournal(descriptor, {JOURNAL_STREAM: stream})).toBe(false);
  }
  expect(leadsToJournal(descriptor, {})).toBe(false);
  expect(leadsToJournal(999_999, {JOURNAL_STREAM: `${dev}:${ino}`})).toBe(false);
});
