import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it, onTestFinished} from 'vitest';
import {KEEP_TARGET} from '#dist/tasks/programs/keep-target-script.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {toolFolder} from '../../support/tool-folder.js';

async function target(): Promise<string> {
  const path = join(await temporaryFolder(), 't.img');
  await writeFile(path, 'text');
  return path;
}

/** Runs the script, and then the rest in its place. */
function keep(path: string, rest: string, search = process.env['PATH']) {
  const {status, stdout, stderr} = spawnSync('/bin/sh', ['-c', `${KEEP_TARGET}; ${rest}`, 'sh', path], {
    env: {PATH: search},
    encoding: 'utf8',
  });
  return {status, stdout, stderr};
}

/** Somebody else has a lock of this kind until the test ends. */
async function lockedBy(kind: '--shared' | '--exclusive', path: string): Promise<void> {
  const child = spawn('flock', [kind, path, 'sh', '-c', 'echo locked; exec cat'], {stdio: ['pipe', 'pipe', 'inherit']});
  onTestFinished(async () => {
    child.stdin.end();
    await once(child, 'close');
  });
  await once(child.stdout, 'data');
}

it('keeps the target for the program that takes its place', async () => {
  const path = await target();
  const rest = `exec sh -c 'flock -x -n "$0" true; echo "others $?"' "$1"`;
  expect(keep(path, rest)).toEqual({status: 0, stdout: 'ready\nothers 1\n', stderr: ''});
});

it('shares the lock of whoever holds the target for us', async () => {
  const path = await target();
  await lockedBy('--shared', path);
  expect(keep(path, 'echo on')).toEqual({status: 0, stdout: 'ready\non\n', stderr: ''});
});

it('ends, with a status that tells why, where somebody else keeps the target', async () => {
  const path = await target();
  await lockedBy('--exclusive', path);
  expect(keep(path, 'echo on')).toEqual({status: 14, stdout: '', stderr: ''});
});

it('waits for somebody who only looks', async () => {
  const path = await target();
  const look = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo locked; sleep 1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(look.stdout, 'data');
  expect(keep(path, 'echo on')).toEqual({status: 0, stdout: 'ready\non\n', stderr: ''});
});

it.each([
  ['there is no flock', {}],
  ['nothing can be locked', {flock: 'echo "flock: 9: No locks available" >&2; exit 71'}],
])('goes on where %s', async (_, scripts) => {
  const search = await toolFolder([], {scripts});
  expect(keep(await target(), 'echo on', search)).toEqual({status: 0, stdout: 'ready\non\n', stderr: ''});
});
