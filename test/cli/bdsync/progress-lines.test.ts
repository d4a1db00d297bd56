import {PassThrough} from 'node:stream';
import {expect, it} from 'vitest';
import {Notices} from '#dist/cli/bdsync/notices.js';
import {ProgressLines} from '#dist/cli/bdsync/progress-lines.js';

function world(style: 'scroll' | 'noscroll') {
  const stream = new PassThrough({encoding: 'utf8'});
  const notices = new Notices(stream);
  const clock = {ms: 10_000};
  const progress = new ProgressLines(style, notices, () => clock.ms);
  return {notices, clock, progress, said: () => String(stream.read() ?? '')};
}

it('tells percent, patch bytes, position, size and times', () => {
  const {clock, progress, said} = world('scroll');
  progress.report({patchBytes: 26, position: 0, sizeBytes: 8000});
  expect(said()).toBe('PROGRESS:000%,26,0,8000,-,-\n');
  clock.ms += 1500;
  progress.report({patchBytes: 99, position: 3000, sizeBytes: 8000});
  expect(said()).toBe('PROGRESS:037%,99,3000,8000,1.500,2.500        \n');
  progress.report({patchBytes: 99, position: 8000, sizeBytes: 8000});
  expect(said()).toBe('');
  progress.finish({patchBytes: 110, sizeBytes: 8000});
  expect(said()).toBe('PROGRESS:100%,110,8000,8000,1.500,0.100        \n');
});

it('speaks when the percentage changes, or once a second', () => {
  const {clock, progress, said} = world('scroll');
  const report = (position: number): void => progress.report({patchBytes: 0, position, sizeBytes: 1000});
  report(10);
  expect(said()).toMatch(/^PROGRESS:001%/);
  report(11);
  expect(said()).toBe('');
  report(20);
  expect(said()).toMatch(/^PROGRESS:002%/);
  clock.ms += 999;
  report(21);
  expect(said()).toBe('');
  clock.ms += 1;
  report(22);
  expect(said()).toMatch(/^PROGRESS:002%/);
});

it('knows no rate below one byte in a millisecond, and no part of nothing', () => {
  const {clock, progress, said} = world('scroll');
  clock.ms += 5000;
  progress.report({patchBytes: 26, position: 4999, sizeBytes: 1e9});
  expect(said()).toBe('PROGRESS:000%,26,4999,1000000000,-,-\n');
  progress.report({patchBytes: 26, position: 0, sizeBytes: 0});
  expect(said()).toBe('');
  progress.finish({patchBytes: 26, sizeBytes: 0});
  expect(said()).toBe('PROGRESS:100%,26,0,0,-,-\n');
});

it('writes over its last line with noscroll, but never over another one', async () => {
  const {notices, progress, said} = world('noscroll');
  progress.report({patchBytes: 0, position: 1, sizeBytes: 100});
  progress.report({patchBytes: 0, position: 2, sizeBytes: 100});
  notices.line('a line');
  notices.line('another');
  progress.report({patchBytes: 0, position: 3, sizeBytes: 100});
  await notices.end();
  expect(said()).toBe(
    'PROGRESS:001%,0,1,100,-,-\rPROGRESS:002%,0,2,100,-,-\r\na line\nanother\nPROGRESS:003%,0,3,100,-,-\r\n',
  );
});

it('shows control characters in lines', () => {
  const {notices, said} = world('scroll');
  notices.line('a\u001b[2Jb\nc');
  expect(said()).toBe('a\\x1b[2Jb\\nc\n');
});
