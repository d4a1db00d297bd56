import {PassThrough} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {MessageReader} from '#dist/bdsync/conversation/message-reader.js';
import {rawMessage} from '../../support/raw-message.js';

describe('MessageReader', () => {
  it('leaves a flood in its stream as long as nobody takes the messages', async () => {
    const input = new PassThrough({highWaterMark: 16384});
    const reader = new MessageReader(input, 'server', 100_000);
    const flood = rawMessage(9, Buffer.alloc(1000));
    let writtenBytes = 0;
    while (writtenBytes < 10_000_000) {
      writtenBytes += flood.length;
      if (input.write(flood)) continue;
      const isDrained = await Promise.race([once(input, 'drain'), delay(50, false)]);
      if (!isDrained) break;
    }
    expect(writtenBytes).toBeLessThan(100_000 + 4 * 16384);

    for (let taken = 0; taken < writtenBytes; taken += flood.length) {
      expect((await reader.next())?.payload).toHaveLength(1000);
    }
    reader.close();
  });

  it('gives what has come before it tells of a fault', async () => {
    const input = new PassThrough();
    const reader = new MessageReader(input, 'server', 1000);
    input.write(Buffer.concat([rawMessage(7, Buffer.alloc(0)), rawMessage(99, Buffer.alloc(0))]));
    expect(await reader.next()).toMatchObject({kind: 'done'});
    await expect(reader.next()).rejects.toThrow('the server broke the protocol: a message has the unknown token 99');
    await expect(reader.next()).rejects.toThrow('unknown token 99');
  });

  it('tells the reason when the stream fails', async () => {
    const input = new PassThrough();
    const reader = new MessageReader(input, 'client', 1000);
    input.destroy(new Error('read ECONNRESET'));
    await expect(reader.next()).rejects.toMatchObject({
      code: 'protocol',
      message: 'the connection to the client failed: read ECONNRESET',
    });
  });

  it('leaves nothing behind on the stream but a listener for errors', () => {
    const input = new PassThrough();
    new MessageReader(input, 'server', 1000).close();
    expect(['data', 'end', 'close'].map((name) => input.listenerCount(name))).toEqual(
      ['data', 'end', 'close'].map((name) => new PassThrough().listenerCount(name)),
    );
    expect(input.isPaused()).toBe(true);
  });
});

function once(input: PassThrough, name: string): Promise<boolean> {
  return new Promise((resolve) => {
    input.once(name, () => resolve(true));
  });
}
