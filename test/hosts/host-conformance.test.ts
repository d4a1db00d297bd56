import {createHash} from 'node:crypto';
import {tmpdir} from 'node:os';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {setImmediate as nextTurn} from 'node:timers/promises';
import * as fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Child, Host} from '#dist/hosts/host.js';
import {TrafficMeter} from '#dist/hosts/traffic-meter.js';
import {hostKinds, type OpenHost} from '../support/host-kinds.js';
import {processesRunning, uniqueSeconds, waitForProcesses} from '../support/processes.js';
import {settled} from '../support/until.js';
import {anyWord} from '../support/word-arbitrary.js';

const MIB = 1_048_576;

for (const kind of hostKinds()) {
  if (kind.skip !== undefined) console.warn(`SKIPPED: ${kind.name}: ${kind.skip}`);

  describe.skipIf(kind.skip !== undefined)(`a host (${kind.name})`, () => {
    let opened: OpenHost;
    let host: Host;

    beforeAll(async () => {
      opened = await kind.open();
      host = opened.host;
    });

    afterAll(async () => {
      await opened[Symbol.asyncDispose]();
    });

    test('says whether it is this machine', () => {
      expect(host.isLocal).toBe(kind.isLocal);
      expect(host.name).not.toBe('');
    });

    test('hands every word on as it is', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyWord, {minLength: 1, maxLength: 100}), async (words) => {
          const {stdout} = await host.run(['printf', '%s\\0', ...words]);
          expect(stdout.split('\0')).toEqual([...words, '']);
        }),
        {numRuns: 6},
      );
    });

    test('starts a program whose path looks like anything but a path', async () => {
      const folder = `${tmpdir()}/bdsync-manager-test-${uniqueSeconds()} it's \\ $HOME "a"\n-x`;
      try {
        await host.run(['mkdir', folder]);
        await host.run(['cp', '/bin/echo', `${folder}/my echo`]);
        expect(await host.run([`${folder}/my echo`, 'a  b'])).toMatchObject({status: 0, stdout: 'a  b\n'});
      } finally {
        await host.run(['rm', '-r', folder]);
      }
    });

    test('tells status, output and the last lines of standard error', async () => {
      const result = await host.run(['sh', '-c', 'cat; echo first >&2; echo "  last" >&2; exit 3'], {input: 'in\n'});
      expect(result).toEqual({status: 3, stdout: 'in\n', stderr: 'first\n  last'});
    });

    test('does not mind a program that leaves its input unread', async () => {
      expect(await host.run(['true'], {input: Buffer.alloc(4 * MIB)})).toMatchObject({status: 0});
    });

    test('ends a program that nobody listens to any more', async () => {
      await using child = await host.spawn(['sh', '-c', 'while echo y; do :; done'], {describe: 'the chatterer'});
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        expect(chunk.toString()).toMatch(/^y/);
        break;
      }
      expect(['exit', 'signal']).toContain((await child.ended).kind);
    });

    test('gives a program that reads an end of input', async () => {
      expect(await host.run(['cat'])).toEqual({status: 0, stdout: '', stderr: ''});
    });

    test.each(['bdsync-is-not-there', '/not/there/bdsync', "it isn't there"])(
      'tells that %j is not there',
      async (name) => {
        const running = host.run([name, '--version']);
        await expect(running).rejects.toMatchObject({name: 'HostError', code: 'command-not-found'});
        await expect(running).rejects.toThrow(JSON.stringify(name));
      },
    );

    test('returns the status of a program that misses a file', async () => {
      expect(await host.run(['cat', '/not/there'])).toMatchObject({status: 1, stdout: ''});
    });

    test('moves binary data both ways, with little of it on the way', async () => {
      const meter = new TrafficMeter();
      await using child = await host.spawn(['cat'], {describe: 'cat', meter});
      const sent = createHash('sha256');
      const received = createHash('sha256');
      const totalBytes = 64 * MIB;
      const sending = pipeline(Readable.from(randomLookingChunks(totalBytes, sent)), child.stdin);
      // Nobody reads: only so much may be taken.
      const taken = await settled('what has been taken', () => meter.sentBytes);
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(16 * MIB);
      let most = 0;
      for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
        received.update(chunk);
        most = Math.max(most, meter.sentBytes - meter.receivedBytes);
      }
      await sending;
      expect(received.digest('hex')).toBe(sent.digest('hex'));
      expect([meter.sentBytes, meter.receivedBytes]).toEqual([totalBytes, totalBytes]);
      expect(most).toBeLessThan(16 * MIB);
      expect(await child.ended).toEqual({kind: 'exit', status: 0});
    });

    test('is not held up by a flood on standard error, and keeps its end', async () => {
      let lines = 0;
      await using child = await host.spawn(
        ['sh', '-c', 'i=0; while [ $i -lt 20000 ]; do echo "complaint $i"; i=$((i + 1)); done >&2; echo done'],
        {describe: 'complainer', onErrorLine: () => void (lines += 1)},
      );
      expect(await textOf(child)).toBe('done\n');
      expect(await child.ended).toEqual({kind: 'exit', status: 0});
      expect(child.errorTail()).toEqual(Array.from({length: 20}, (_, index) => `complaint ${19_980 + index}`));
      expect(lines).toBe(20_000);
    });

    test('keeps what a child wrote before anybody read', async () => {
      await using child = await host.spawn(['printf', 'early'], {describe: 'printf'});
      await child.ended;
      // Node throws away what nobody reads in one of its next turns.
      for (let turn = 0; turn < 20; turn += 1) await nextTurn();
      expect(await textOf(child)).toBe('early');
    });

    test('ends a child whose signal is aborted', async () => {
      const stop = new AbortController();
      const sleeper = ['sleep', uniqueSeconds()];
      await using child = await host.spawn(['sh', '-c', `${sleeper.join(' ')}; :`], {
        describe: 'the sleeper',
        signal: stop.signal,
      });
      const pids = await waitForProcesses(sleeper, 1);
      stop.abort();
      expect(await child.ended).toEqual({kind: 'aborted'});
      expect(await child.diagnose()).toMatchObject({code: 'cancelled', message: 'the sleeper was told to stop'});
      if (kind.isElsewhere) for (const pid of pids) process.kill(pid, 'SIGKILL');
      else expect(processesRunning(sleeper)).toEqual([]);
    });

    test('starts nothing for a signal that is aborted already', async () => {
      const starting = host.spawn(['true'], {describe: 'true', signal: AbortSignal.abort()});
      await expect(starting).rejects.toMatchObject({code: 'cancelled'});
    });

    test('refuses words that cannot be', async () => {
      await expect(host.run(['printf', 'a\0b'])).rejects.toMatchObject({code: 'spawn-failed'});
      await expect(host.run([])).rejects.toMatchObject({code: 'spawn-failed'});
    });

    test('bounds output and time', async () => {
      const tooLong = host.run(['sh', '-c', 'yes | head -c 3000000'], {maxOutputBytes: 1000});
      await expect(tooLong).rejects.toMatchObject({code: 'output-too-long'});
      await expect(host.run(['printf', '%01000d', '0'], {maxOutputBytes: 1000})).resolves.toMatchObject({status: 0});
      await expect(host.run(['cat'], {timeoutMs: 30_000})).resolves.toMatchObject({status: 0});
      const tooLate = host.run(['sh', '-c', 'exec 0<&-; sleep 2'], {timeoutMs: 50, describe: 'the sleeper'});
      await expect(tooLate).rejects.toMatchObject({
        code: 'timed-out',
        message: 'the sleeper did not end within 0.05 s',
      });
    });

    test('tells a writer how the child ended that did not read', async () => {
      await using child = await host.spawn(['sh', '-c', 'echo no room >&2; exit 7'], {describe: 'the reader'});
      const writing = pipeline(Readable.from(randomLookingChunks(64 * MIB)), child.stdin);
      await expect(writing).rejects.toMatchObject({
        code: 'program-ended',
        message: 'the reader ended with status 7 before it read all its input',
        errorLines: ['no room'],
      });
      expect(await child.diagnose()).toBeUndefined();
    });
  });
}

async function textOf(child: Child): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

function* randomLookingChunks(totalBytes: number, hash?: ReturnType<typeof createHash>): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(65_536);
  for (let index = 0; index < chunk.length; index += 1) chunk[index] = (index * 2_654_435_761) >>> 13;
  for (let sent = 0; sent < totalBytes; sent += chunk.length) {
    const copy = Buffer.from(chunk.subarray(0, totalBytes - sent));
    copy.writeUInt32LE(sent >>> 16);
    hash?.update(copy);
    yield copy;
  }
}
