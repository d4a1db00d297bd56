import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {Interrupts, Interruption} from '#dist/cli/interrupts.js';

function watched() {
  const source = new EventEmitter();
  const told: string[] = [];
  let ended = 0;
  const interrupts = new Interrupts({
    source,
    onNotice: (message) => told.push(message),
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
