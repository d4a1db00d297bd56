import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {httpMonitor, httpsMonitor, whyNoTls} from '../support/http-monitor.js';
import {writePair} from '../support/images.js';
import {taskReportOf} from '../support/reports.js';
import {BDSYNC_MANAGER, type ProgramResult, runProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

async function runWith(
  keys: Readonly<Record<string, string>>,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  const folder = await temporaryFolder();
  const [source, target] = [join(folder, 's.img'), join(folder, 't.img')];
  await writePair(source, target, 100_000, 5);
  const usual = {source_path: source, target_path: target, apply_patch_in_place: 'yes'};
  const config = await writeConfig(join(folder, 'tasks.conf'), {
    home: {...usual, state_dir: join(folder, 'state'), ...keys},
  });
  return await runProgram(BDSYNC_MANAGER, [...words, '--config', config, '--json', '--log-level', 'debug'], env);
}

describe('ping_url', () => {
  it('is told of the start and the end of a run, and of no rehearsal', async () => {
    const {origin, requests} = await httpMonitor();
    expect(await runWith({ping_url: `${origin}/secret`})).toMatchObject({status: 0});
    expect(requests).toEqual(['GET /secret/start', 'GET /secret']);
    expect(await runWith({ping_url: `${origin}/secret`}, ['run', '--dry-run'])).toMatchObject({status: 0});
    expect(requests).toHaveLength(2);
  });

  it('is told of a failure, also of one of the configuration', async () => {
    const {origin, requests} = await httpMonitor();
    expect(await runWith({ping_url: `${origin}/a`, source_path: '/no/such'})).toMatchObject({status: 3});
    expect(requests).toEqual(['GET /a/start', expect.stringMatching(/^POST \/a\/fail home: check source: .*no\/such/)]);
    expect(await runWith({ping_url: `${origin}/b`, stall_timeout: 'soon'})).toMatchObject({status: 2});
    expect(requests.slice(2)).toEqual([expect.stringMatching(/^POST \/b\/fail home: configuration: .*stall_timeout/)]);
  });

  if (whyNoTls !== undefined) console.warn(`SKIPPED: pings with TLS: ${whyNoTls}`);
  it.skipIf(whyNoTls !== undefined)(
    'is asked with TLS, by certificates that the system or NODE_EXTRA_CA_CERTS vouches for',
    async () => {
      const {origin, host, requests, certificate} = await httpsMonitor();
      const keys = {ping_url: `${origin}/secret`};
      const careless = await runWith(keys, [], {NODE_TLS_REJECT_UNAUTHORIZED: '0'});
      expect(careless.status).toBe(0);
      expect(taskReportOf(careless)).toMatchObject({
        state: 'synced',
        notes: [
          `ping_url: the start was not told: ${host}: self-signed certificate`,
          `ping_url: the success was not told: ${host}: self-signed certificate`,
        ],
      });
      expect(requests).toEqual([]);
      expect(await runWith(keys, [], {NODE_EXTRA_CA_CERTS: certificate})).toMatchObject({status: 0});
      expect(requests).toEqual(['GET /secret/start', 'GET /secret']);
    },
  );

  it('is a secret', async () => {
    const {host} = await httpMonitor((_, response) => void response.writeHead(404).end());
    const url = `http://me:secret@${host}/secret?key=secret`;
    const rehearsal = await runWith({ping_url: url}, ['run', '--dry-run']);
    const results = [
      await runWith({ping_url: url}, [], {DEBUG: 'bdsync-manager:*'}),
      rehearsal,
      await runWith({ping_url: `${url}%`}),
      await runWith({ping_url: 'secret'}),
      await runWith({ping_url: `ftp://secret`}),
    ];
    expect(results.map(({status}) => status)).toEqual([0, 0, 2, 2, 2]);
    expect(taskReportOf(rehearsal)).toMatchObject({plan: {pingHost: host}});
    expect(results.map(({stdout, stderr}) => stdout + stderr).join('\n')).not.toMatch(/secret/);
  });
});
