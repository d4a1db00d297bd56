import {ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {chmod, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test, vi} from 'vitest';
import {localHost} from '#dist/hosts/local-host.js';
import {temporaryFolder} from '../support/temporary-folder.js';

describe('a program on this machine', () => {
  test('that may not be executed is told apart from one that is not there', async () => {
    const path = join(await temporaryFolder(), 'program');
    await writeFile(path, '#!/bin/sh\n');
    await expect(localHost().run([path])).rejects.toMatchObject({
      code: 'spawn-failed',
      message: `the program "${path}" cannot be started: it is not executable, or in a folder that may not be entered`,
    });
    await chmod(path, 0o755);
    expect(await localHost().run([path])).toMatchObject({status: 0});
  });

  test('with too many arguments for the kernel says so', async () => {
    await expect(localHost().run(['true', 'x'.repeat(4_000_000)])).rejects.toMatchObject({
      code: 'spawn-failed',
      message: 'the program "true" cannot be started: its arguments are too long',
    });
  });

  test('that could not be started tells it to who writes and who reads', async () => {
    await using child = await localHost().spawn(['bdsync-is-not-there'], {describe: 'nobody'});
    const failing = once(child.stdin, 'error').catch((error: unknown) => [error]);
    child.stdin.write('to nobody');
    expect(child.pid).toBeUndefined();
    expect(await child.ended).toMatchObject({kind: 'spawn-error', error: {code: 'ENOENT'}});
    expect((await failing)[0]).toMatchObject({code: 'command-not-found'});
    expect(await readAll(child.stdout)).toBe('');
  });

  // Node would send it to its own process group, or to any other process.
  test('that could not be started is sent no signal', async () => {
    const kill = vi.spyOn(ChildProcess.prototype, 'kill').mockReturnValue(true);
    onTestFinished(() => kill.mockRestore());
    await expect(localHost().run(['true', 'x'.repeat(4_000_000)])).rejects.toThrow();
    await expect(localHost().run(['bdsync-is-not-there'])).rejects.toThrow();
    const stop = new AbortController();
    const starting = localHost().spawn(['bdsync-is-not-there'], {describe: 'nobody', signal: stop.signal});
    stop.abort();
    await using child = await starting;
    expect(await child.ended).toEqual({kind: 'aborted'});
    expect(kill).not.toHaveBeenCalled();
  });

  test('keeps lines that are taken out of the last words', async () => {
    const taken: string[] = [];
    await using child = await localHost().spawn(
      ['sh', '-c', 'echo PROGRESS 1 >&2; echo trouble >&2; echo PROGRESS 2 >&2'],
      {
        describe: 'a reporter',
        onErrorLine: (line) => line.startsWith('PROGRESS') && taken.push(line) > 0,
      },
    );
    await child.ended;
    expect(taken).toEqual(['PROGRESS 1', 'PROGRESS 2']);
    expect(child.errorTail()).toEqual(['trouble']);
  });
});

describe('a program with a socket', () => {
  test('reads and writes it beside its standard streams', async () => {
    await using child = await localHost().spawnWithSocket(['sh', '-c', 'head -c 5 <&3 >&3; cat'], {describe: 'both'});
    child.socket.write('hello');
    child.stdin.end('input');
    expect(await Promise.all([readAll(child.socket), readAll(child.stdout)])).toEqual(['hello', 'input']);
    expect(await child.ended).toEqual({kind: 'exit', status: 0});
  });

  test('may vanish while we write', async () => {
    await using child = await localHost().spawnWithSocket(['true'], {describe: 'true'});
    child.socket.write(Buffer.alloc(4_000_000));
    expect(await child.ended).toEqual({kind: 'exit', status: 0});
  });

  test('that could not be started has one that ends at once', async () => {
    await using child = await localHost().spawnWithSocket(['bdsync-is-not-there'], {describe: 'nobody'});
    expect(await child.ended).toMatchObject({kind: 'spawn-error'});
    await expect(readAll(child.socket).catch(() => '')).resolves.toBe('');
  });
});

async function readAll(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
