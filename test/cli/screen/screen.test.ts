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

test('a dumb terminal and a file cannot be drawn over', () => {
  const file = Object.assign(new FakeStream(), {isTTY: false});
  expect(screenOn(new FakeStream(), 'standard output', {TERM: 'xterm'}).canRedraw).toBe(true);
  expect(screenOn(new FakeStream(), 'standard output', {TERM: 'dumb'}).canRedraw).toBe(false);
  expect(screenOn(file, 'standard output', {TERM: 'xterm'}).canRedraw).toBe(false);
});

test.for([
  [{}, false],
  [{LANG: 'en_GB.UTF-8'}, true],
  [{LANG: 'en_GB.UTF-8', LC_ALL: 'C'}, false],
  [{LANG: 'C', LC_CTYPE: 'C.utf8'}, true],
  [{LANG: 'de_DE@euro', LC_ALL: ''}, false],
] as const)('UTF-8 with %j: %s', ([env, isUtf8]) => {
  expect(screenOn(new FakeStream(), 'standard output', env).isUtf8).toBe(isUtf8);
});

test('a terminal has a height, the usual one if it does not know it; a file has none', () => {
  const stream = Object.assign(new FakeStream(), {rows: 50});
  const screen = screenOn(stream, 'standard output', {});
  expect(screen.rows).toBe(50);
  stream.rows = 0;
  expect(screen.rows).toBe(24);
  stream.isTTY = false;
  expect(screenOn(stream, 'standard output', {}).rows).toBe(Number.POSITIVE_INFINITY);
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
