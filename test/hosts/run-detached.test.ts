import {readdir} from 'node:fs/promises';
import {expect, test} from 'vitest';
import {openInputFile} from '#dist/hosts/child/input-file.js';
import {HostError} from '#dist/hosts/host-error.js';
import {type DetachedRequest, runDetached} from '#dist/hosts/run-detached.js';
import {OWN_WRITES} from '#dist/write-gate.js';
import {temporaryFolder} from '../support/temporary-folder.js';

function shell(
  script: string,
  changes: Partial<DetachedRequest> = {},
): Promise<{end: unknown; lines: readonly string[]}> {
  return runDetached({words: ['sh', '-c', script], environment: {}, timeoutMs: 0, describe: 'a script', ...changes});
}

const ENDED_WELL = {kind: 'exit', status: 0};
/** More than any pipe holds. */
const LONG = 'x'.repeat(300_000);

test.for([
  ['as standard input', 'cat'],
  ['by its path', 'cat /dev/stdin'],
])('a program reads its input %s', async ([, script = '']) => {
  expect(await shell(script, {input: 'one\ntwo\n'})).toEqual({end: ENDED_WELL, lines: ['one', 'two']});
});

test('a program reads an input of any length', async () => {
  expect((await shell('wc -c', {input: LONG})).lines).toEqual(['300000']);
});

test('a program need not read its input', async () => {
  expect(await shell('exec true', {input: LONG})).toEqual({end: ENDED_WELL, lines: []});
  expect(await shell('exec <&-; echo closed', {input: LONG})).toEqual({end: ENDED_WELL, lines: ['closed']});
});

test('without an input there is none, also for a program that waits at the gate', async () => {
  const pids: number[] = [];
  const onStart = async (pid: number): Promise<void> => void pids.push(pid);
  expect(await shell('wc -c; echo "$$"')).toMatchObject({end: ENDED_WELL, lines: ['0', expect.any(String)]});
  expect((await shell('wc -c; echo "$$"', {onStart})).lines).toEqual(['0', String(pids[0])]);
  expect((await shell('cat; ls /proc/$$/fd/3', {onStart, input: 'in\n'})).lines).toEqual([
    'in',
    expect.stringContaining('No such file'),
  ]);
});

test('an input leaves no file', async () => {
  const folder = await temporaryFolder();
  await using file = await openInputFile('secret', {folders: [folder]});
  expect(await file.readFile('utf8')).toBe('secret');
  expect(await readdir(folder)).toEqual([]);
});

test('an input goes where there is room', async () => {
  await using file = await openInputFile('text', {folders: ['/proc/nowhere', await temporaryFolder()]});
  expect(await file.readFile('utf8')).toBe('text');
  await expect(openInputFile('text', {folders: ['/proc/nowhere']})).rejects.toBeInstanceOf(HostError);
});

test('the input is not waited for by who is told to stop', async () => {
  using _shut = await OWN_WRITES.shut();
  const stop = new AbortController();
  const running = shell('cat', {input: 'text', signal: stop.signal});
  stop.abort();
  await expect(running).rejects.toMatchObject({code: 'cancelled'});
});
