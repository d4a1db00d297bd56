import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {expect, it} from 'vitest';
import {runBdsync, startBdsync} from '../../support/run-bdsync.js';

it('tells which program it is', async () => {
  const manifest = readFileSync(fileURLToPath(new URL('../../../package.json', import.meta.url)), 'utf8');
  const [, version] = /"version": "(.*)"/.exec(manifest) ?? [];
  const {status, stdout, stderr} = await runBdsync(['--version']);
  expect({status, stdout: String(stdout), stderr}).toEqual({
    status: 0,
    stdout: `bdsync-manager ${version}\n`,
    stderr: '',
  });
});

it('shows its usage when it is asked to, or asked for nothing', async () => {
  const asked = await runBdsync(['--help']);
  expect(asked).toMatchObject({status: 0, stderr: ''});
  expect(String(asked.stdout)).toContain('--server');
  expect(await runBdsync([])).toEqual(asked);
});

it('shows what is wrong with an option, and its usage, on standard error', async () => {
  const {status, stdout, stderr} = await runBdsync(['--bogus']);
  expect({status, stdout: String(stdout)}).toEqual({status: 1, stdout: ''});
  expect(stderr).toMatch(/^bdsync: unrecognized option '--bogus'\nUsage:\n/);
});

it('says in one line what else is wrong with its words', async () => {
  const {status, stderr} = await runBdsync(['--patch', '--server']);
  expect({status, stderr}).toEqual({status: 1, stderr: 'bdsync: --server and --patch contradict each other\n'});
});

it('shows the stack of a defect, and ends with a status of its own', async () => {
  const defect = `const timer = setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return;
    clearInterval(timer);
    throw new TypeError('a defect');
  }, 10)`;
  const env = {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(defect)}`};
  const {result} = startBdsync(['--server'], {env});
  expect(await result).toMatchObject({
    status: 70,
    stderr: expect.stringMatching(/^bdsync: TypeError: a defect\n +at /),
  });
});
