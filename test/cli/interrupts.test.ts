import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {Interrupts, Interruption} from '#dist/cli/interrupts.js';

function watched({ignoresHangup = false} = {}) {
  const source = new EventEmitter();
  const told: string[] = [];
  let ended = 0;
  const interrupts = new Interrupts({
    source,
    onNotice: (message) => told.push(message),
    ignoresHangup,
    endAtOnce: () => void (ended += 1),
  });
  return {interrupts, told, send: (name: string) => source.emit(name, name), ended: () => ended, source};
}

test.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s aborts', (name) => {
  const {interrupts, told, send} = watched();
  expect(interrupts.signal.aborted).toBe(false);
  send(name);
  expect(interrupts.signal.reason).toBeInstanceOf(Interruption);
  expect(told).toEqual([`${name}: stopping; what was started is ended and cleaned up`]);
});

test('a hangup that is ignored stops nothing, and still has a listener, without which it would end the program', () => {
  const {interrupts, told, send, source} = watched({ignoresHangup: true});
  send('SIGHUP');
  expect(interrupts.signal.aborted).toBe(false);
  expect(told).toEqual([]);
  expect(source.listenerCount('SIGHUP')).toBe(1);
  send('SIGTERM');
  expect(interrupts.signal.aborted).toBe(true);
});

test('the second interrupt is answered, the third ends at once', () => {
  const {told, send, ended} = watched();
  send('SIGINT');
  send('SIGINT');
  expect(told.at(-1)).toMatch(/clean-up is under way/);
  expect(ended()).toBe(0);
  send('SIGINT');
  expect(ended()).toBe(1);
});

test('a repeated SIGTERM or SIGHUP does not cut the clean-up short', () => {
  const {told, send, ended} = watched();
  for (const name of ['SIGTERM', 'SIGTERM', 'SIGHUP', 'SIGTERM']) send(name);
  expect(told).toHaveLength(1);
  expect(ended()).toBe(0);
});

test('afterwards signals have their usual meaning again', () => {
  const {interrupts, source} = watched();
  interrupts[Symbol.dispose]();
  expect(source.eventNames()).toEqual([]);
});
