import {expect, test} from 'vitest';
import {createRunView} from '#dist/cli/screen/run-view.js';
import {recordedScreen} from '../../support/recorded-screen.js';

test('nothing is written while it must be quiet, and everything afterwards', () => {
  const screen = recordedScreen();
  const view = createRunView({screen, logLevel: 'info', progress: false});
  view.onEvent({kind: 'quiet', isQuiet: true});
  view.print('warning', undefined, 'SIGTERM: stopping');
  view.onEvent({kind: 'log', task: 'home', level: 'info', message: 'one'});
  expect(screen.text()).toBe('');
  view.onEvent({kind: 'quiet', isQuiet: false});
  expect(screen.text()).toBe('WARNING: SIGTERM: stopping\n[Task home] INFO: one\n');
  view.onEvent({kind: 'quiet', isQuiet: true});
  view.print('info', undefined, 'two');
  view.close();
  expect(screen.text()).toMatch(/two\n$/);
});
