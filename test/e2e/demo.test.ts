import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {runCommand, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DEMO = join(ROOT, 'examples/demo.mjs');

test('the demo shows both flows, a second run that finds nothing, and images that are equal', async () => {
  const folder = await temporaryFolder();
  const {status, stdout, stderr} = await runCommand('npm', ['run', '--prefix', ROOT, '--silent', 'demo'], {
    TMPDIR: folder,
    npm_config_update_notifier: 'false',
  });
  expect({status, errors: stderr.replace(/^npm warn .*\n/gm, '')}).toEqual({status: 0, errors: ''});
  expect(stdout).toContain('164 of 16384 blocks differ now');
  expect(stdout).toMatch(/Its JSON is shown here as the table .*\n\n\$ bdsync-manager .*--json\n/);
  const differing = [...stdout.matchAll(/^Differing blocks +(\d+) +(\d+)$/gm)].map(([, first, second]) => [
    first,
    second,
  ]);
  expect(differing).toEqual([
    ['164', '164'],
    ['0', '0'],
  ]);
  const digests = [...stdout.matchAll(/^ {2}([0-9a-f]{64}) {2}\S+\.img$/gm)].map(([, digest]) => digest);
  expect(digests).toHaveLength(3);
  expect(new Set(digests).size).toBe(1);
  expect(stdout).toContain('All three are equal.');
  expect(await readdir(folder)).toEqual([]);
});

test('the demo fails when the program does, and leaves nothing', async () => {
  const folder = await temporaryFolder();
  // Too small for one image.
  const {status, stderr} = await runCommand('/bin/bash', ['-c', `ulimit -f 1000; exec ${process.execPath} ${DEMO}`], {
    TMPDIR: folder,
  });
  expect(status).toBe(1);
  expect(stderr).toContain('EFBIG');
  expect(await readdir(folder)).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('the demo cleans up after %s', async (signal) => {
  const folder = await temporaryFolder();
  const demo = startProgram(DEMO, [], {TMPDIR: folder});
  demo.child.stdout?.once('data', () => demo.child.kill(signal));
  const {status} = await demo.result;
  expect(status).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});
