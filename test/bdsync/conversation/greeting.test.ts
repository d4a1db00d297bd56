import {describe, expect, it} from 'vitest';
import {Greeting} from '#dist/bdsync/conversation/greeting.js';
import {BdsyncError} from '#dist/bdsync/errors.js';

const CAUSE = new BdsyncError('protocol', 'a message has the unknown token 87');

describe('Greeting', () => {
  it('keeps no more than a quote needs, however much a peer says and in whatever pieces', () => {
    for (const pieceBytes of [1, 100, 131_072]) {
      const greeting = new Greeting();
      for (let done = 0; done < 2000; done += pieceBytes) {
        greeting.push(Buffer.alloc(pieceBytes, 'x'));
        expect(greeting.keptBytes).toBeLessThanOrEqual(512);
      }
      expect(greeting.isFull).toBe(true);
    }
  });

  it('quotes a text from its beginning', () => {
    const greeting = new Greeting();
    for (const piece of ['Welcome to', ' the store\r\n', '\u001b[1mHave a nice day']) greeting.push(Buffer.from(piece));
    expect(greeting.isFull).toBe(false);
    expect(greeting.error('server', CAUSE).message).toBe(
      'the server does not speak the bdsync protocol, it began with the text "Welcome to the store Have a nice day"',
    );
  });

  it('shows bytes that are no text in hexadecimal', () => {
    const greeting = new Greeting();
    greeting.push(Buffer.from([0, 1, 2]));
    expect(greeting.error('client', CAUSE).message).toBe(
      'the client broke the protocol: a message has the unknown token 87 (it began with the bytes 000102)',
    );
  });
});
