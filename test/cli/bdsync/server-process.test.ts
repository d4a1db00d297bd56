import {expect, it} from 'vitest';
import {ServerProcess} from '#dist/cli/bdsync/server-process.js';
import {uniqueSeconds, waitForProcesses} from '../../support/processes.js';

async function ignore(): Promise<void> {}

it('waits for the end of the process as long as it is asked to', async () => {
  await using server = new ServerProcess(['sleep', uniqueSeconds()], ignore);
  expect(await server.endWithin(30)).toBeUndefined();
});

it('tells how the process ended, after its last words', async () => {
  const lines: string[] = [];
  await using server = new ServerProcess(['sh', '-c', 'echo last words >&2; exit 3'], async (line) => {
    lines.push(line);
  });
  expect(await server.endWithin(10_000)).toEqual({kind: 'exit', status: 3});
  expect(lines).toEqual(['last words']);
  await using killed = new ServerProcess(['sh', '-c', 'kill -9 $$'], ignore);
  expect(await killed.ended).toEqual({kind: 'signal', name: 'SIGKILL'});
});

it('kills a process that does not want to end', async () => {
  const seconds = uniqueSeconds();
  const server = new ServerProcess(['sh', '-c', `trap '' TERM; sleep ${seconds}; sleep ${seconds}`], ignore);
  await waitForProcesses(['sleep', seconds], 1);
  await server[Symbol.asyncDispose]();
  expect(await server.ended).toEqual({kind: 'signal', name: 'SIGKILL'});
});

it('tells that there is no such program', async () => {
  await using server = new ServerProcess(['no-such-program'], ignore);
  expect(await server.ended).toMatchObject({kind: 'not-started', error: {code: 'process'}});
});
