import {readdir, readFile, writeFile} from 'node:fs/promises';
import {hostname} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {writePair} from '../support/images.js';
import {uniqueSeconds, waitForProcesses} from '../support/processes.js';
import {readMail, type ReadMail} from '../support/python-mail.js';
import {reportOf} from '../support/reports.js';
import {BDSYNC, BDSYNC_MANAGER, type ProgramResult, runProgram, startProgram} from '../support/spawn-program.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {writeConfig} from '../support/write-config.js';

type Keys = Readonly<Record<string, string>>;

/** Stores what it gets, and its arguments, in files of its folder. */
const STORES = 'name=$(mktemp "$0.XXXXXX"); { echo "$@"; cat; } >"$name"';

/** Tasks between images of their own, and a sendmail that does what the script says. */
async function place(tasks: Readonly<Record<string, Keys>>, sendmail = STORES) {
  const folder = await temporaryFolder();
  const program = join(folder, 'sendmail');
  await writeFile(program, `#!/bin/sh\n${sendmail}\n`, {mode: 0o755});
  const sections: Record<string, Keys> = {};
  for (const [index, [name, keys]] of Object.entries(tasks).entries()) {
    const [source, target] = [join(folder, `${index}-s.img`), join(folder, `${index}-t.img`)];
    await writePair(source, target, 100_000, 5);
    const usual = {source_path: source, target_path: target, apply_patch_in_place: 'yes', sendmail_path: program};
    sections[name] = {...usual, state_dir: join(folder, 'state'), ...keys};
  }
  const config = await writeConfig(join(folder, 'tasks.conf'), sections);
  const words = (...more: string[]): string[] => [...more, '--config', config, '--json'];
  return {
    folder,
    config,
    run: (...more: string[]): Promise<ProgramResult> => runProgram(BDSYNC_MANAGER, words(...more)),
    start: (...more: string[]) => startProgram(BDSYNC_MANAGER, words(...more)),
    mails: async (): Promise<(ReadMail & {words: string})[]> => {
      const names = (await readdir(folder)).filter((name) => name.startsWith('sendmail.'));
      const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
      return texts.map((text) => {
        const end = text.indexOf('\n');
        return {words: text.slice(0, end), ...readMail(text.slice(end + 1))};
      });
    },
  };
}

const MAIL: Keys = {mail_to: 'root@example.org, ops@example.org'};
const FAILS: Keys = {source_path: '/no/such/söurce'};

describe('a mail', () => {
  it('tells all that failed in a run, once', async () => {
    const {run, mails, config} = await place({
      home: {...MAIL, ...FAILS},
      mail: MAIL,
      'wéb\u202e': {...MAIL, stall_timeout: 'soon', mail_from: 'web1@example.org'},
      db: {...MAIL, stall_timeout: 'soon'},
      off: {...MAIL, ...FAILS, disabled: 'yes'},
      quiet: FAILS,
    });
    expect(await run()).toMatchObject({status: 3});
    const sent = (await mails()).toSorted((a, b) => b.body.length - a.body.length);
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatchObject({
      words: '-i -t',
      defects: [],
      headers: {
        To: 'root@example.org, ops@example.org',
        Subject: `bdsync-manager on ${hostname()}: 2 of 3 tasks failed`,
        'Auto-Submitted': 'auto-generated',
      },
    });
    expect(sent[0]?.body).toMatch(
      /\nhome: failed at [^]*\/no\/such\/söurce[^]*\ndb: failed at [^]*Brought in step: 1\./,
    );
    expect(sent[0]?.body).toContain(`bdsync-manager check --config ${config} --task home --task db\n`);
    expect(sent[1]?.headers).toMatchObject({
      From: 'web1@example.org',
      Subject: `bdsync-manager on ${hostname()}: wéb\\u202e failed`,
    });
  });

  it('is not sent for a success, a rehearsal, or a comparison', async () => {
    const {run, mails} = await place({home: MAIL});
    expect(await run('verify')).toMatchObject({status: 3});
    expect(await run()).toMatchObject({status: 0});
    const failing = await place({home: {...MAIL, ...FAILS}});
    expect(await failing.run('run', '--dry-run')).toMatchObject({status: 3});
    expect([...(await mails()), ...(await failing.mails())]).toEqual([]);
  });

  it('is sent when a signal ends the run', async () => {
    const slow = {bandwidth_limit: '1k', connection_command: 'env A=1', remote_bdsync_bin: BDSYNC};
    const {start, mails} = await place({home: {...MAIL, ...slow}, web: MAIL});
    const run = start('--log-level', 'debug');
    await run.untilStderr(/stage: generate/);
    run.child.kill('SIGTERM');
    expect(await run.result).toMatchObject({status: 4});
    expect(await mails()).toMatchObject([
      {
        headers: {Subject: `bdsync-manager on ${hostname()}: home was cancelled`},
        body: expect.stringContaining('Not begun, since the run was cancelled: 1.'),
      },
    ]);
  });
});

describe('a mail that cannot be sent is a warning and a note:', () => {
  it.for([
    ['the program fails', 'echo queue full >&2; exit 75', /ended with status 75\n {4}\| queue full\n/],
    ['it does not read', 'exit 1', /ended with status 1\n/],
  ] as const)('%s', async ([, script, expected]) => {
    const {run} = await place({home: {...MAIL, ...FAILS}, web: MAIL}, script);
    const result = await run();
    expect(result.status).toBe(3);
    expect(result.stderr).toMatch(expected);
    expect(result.stderr).toContain('WARNING: no mail went to root@example.org, ops@example.org: sendmail_path (');
    expect(reportOf(result).tasks.map(({notes}) => notes.length)).toEqual([1, 0]);
  });

  it('the program is missing, which check finds, too', async () => {
    const {run} = await place({home: {...MAIL, ...FAILS, sendmail_path: '/no/such/sendmail'}});
    expect(await run()).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(
        /sendmail_path: \/no\/such\/sendmail is not an executable file.*\n {4}hint: a mail program/,
      ),
    });
    expect(await run('check')).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('sendmail_path: /no/such/sendmail is not an executable file'),
    });
  });

  it('it hangs, and the run was told to stop', async () => {
    const seconds = uniqueSeconds();
    const {start} = await place({home: {...MAIL, ...FAILS}}, `sleep ${seconds} & sleep ${seconds}`);
    const run = start();
    await waitForProcesses(['sleep', seconds], 2);
    run.child.kill('SIGTERM');
    expect(await run.result).toMatchObject({status: 4, stderr: expect.stringContaining('was told to stop')});
    await waitForProcesses(['sleep', seconds], 0);
  }, 120_000);
});
