import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {OutputError, screenOn} from '#dist/cli/screen/screen.js';

class FakeStream extends EventEmitter {
  readonly written: string[] = [];
  isTTY = true;
  columns = 100;
  failure: NodeJS.ErrnoException | undefined;

  write(text: string, done: (error?: Error | null) => void): boolean {
    this.written.push(text);
    const {failure} = this;
    setImmediate(() => {
      done(failure);
      if (failure) this.emit('error', failure);
    });
    return true;
  }
}

function failing(code: string): FakeStream {
  const stream = new FakeStream();
  stream.failure = Object.assign(new Error(`write ${code}`), {code});
  return stream;
}

test.for([
  [{}, true],
  [{NO_COLOR: ''}, true],
  [{NO_COLOR: '1'}, false],
  [{TERM: 'dumb'}, false],
] as const)('colors with %j: %s', ([env, hasColors]) => {
  expect(screenOn(new FakeStream(), 'standard output', env).hasColors).toBe(hasColors);
});

test('a file has no colors and no width', () => {
  const stream = new FakeStream();
  stream.isTTY = false;
  const screen = screenOn(stream, 'standard output', {});
  expect(screen).toMatchObject({isTerminal: false, hasColors: false, columns: Number.POSITIVE_INFINITY});
});

test('a terminal that does not know its width has the usual one; a change is seen', () => {
  const stream = new FakeStream();
  const screen = screenOn(stream, 'standard output', {});
  expect(screen.columns).toBe(100);
  stream.columns = 0;
  expect(screen.columns).toBe(80);
});

test('a reader who went away is no failure, and is not written to any more', async () => {
  const stream = failing('EPIPE');
  const screen = screenOn(stream, 'standard output', {});
  screen.write('first');
  await screen.settled();
  screen.write('second');
  await screen.settled();
  expect(stream.written).toEqual(['first']);
});

test('a full disk is a failure that names the place', async () => {
  const screen = screenOn(failing('ENOSPC'), 'standard output', {});
  screen.write('text');
  await expect(screen.settled()).rejects.toThrow(OutputError);
  await expect(screen.settled()).rejects.toThrow('cannot write to standard output: write ENOSPC');
});
