import {execFile} from 'node:child_process';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import {expect, test} from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../bin/bdsync-manager.js', import.meta.url));

/** Runs a line of shell in which $program stands for bdsync-manager. */
async function shell(line: string): Promise<{stdout: string; stderr: string}> {
  return await promisify(execFile)('bash', ['-o', 'pipefail', '-c', line], {
    env: {...process.env, program: PROGRAM, node: process.execPath},
  });
}

test('a reader that has seen enough is no failure', async () => {
  const {stdout, stderr} = await shell('"$node" "$program" --help | true; echo "${PIPESTATUS[0]}"');
  expect({stdout, stderr}).toEqual({stdout: '0\n', stderr: ''});
});

test('a result that cannot be written is one', async () => {
  const {stdout, stderr} = await shell('"$node" "$program" --help >/dev/full; echo "$?"');
  expect(stdout).toBe('1\n');
  expect(stderr).toMatch(/^bdsync-manager: cannot write to standard output: .*ENOSPC/);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});

test('nobody reading errors changes no status', async () => {
  const {stdout} = await shell('"$node" "$program" --nonsense 2>/dev/full; echo "$?"');
  expect(stdout).toBe('2\n');
});
