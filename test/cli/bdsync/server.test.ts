import {chmod, cp, readFile, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {describe, expect, it, vi} from 'vitest';
import {encodeHello} from '#dist/bdsync/wire/opening-messages.js';
import {GOLDEN_CASES, makeGoldenImages, readGolden} from '../../support/golden-cases.js';
import {type BdsyncOptions, runBdsync, startBdsync} from '../../support/run-bdsync.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The first bytes of a recorded client, in the folder of its images. */
async function conversation(bytes?: number): Promise<{cwd: string; input: Buffer}> {
  const [golden] = GOLDEN_CASES;
  if (!golden) throw new Error('there are no recordings');
  const cwd = await temporaryFolder();
  await makeGoldenImages(golden, cwd);
  return {cwd, input: (await readGolden(golden, 'client-to-server.bin')).subarray(0, bytes)};
}

/** Another `logger`, which writes all it gets into a file; for machines whose log nobody can read. */
async function recordedSyslog(): Promise<{env: {PATH: string}; logged: () => Promise<string>}> {
  const folder = await temporaryFolder();
  const logger = join(folder, 'logger');
  await writeFile(logger, `#!/bin/sh\n{ echo "$@"; cat; } > ${folder}/log\n`);
  await chmod(logger, 0o755);
  return {
    env: {PATH: `${folder}:${process.env['PATH']}`},
    logged: () => readFile(join(folder, 'log'), 'utf8').catch(() => ''),
  };
}

function serve(options: BdsyncOptions, words: readonly string[] = []) {
  return runBdsync(['--server', ...words], options);
}

describe('a server whose client is gone', () => {
  it('ends when there never was one', async () => {
    expect(await serve({})).toMatchObject({
      status: 4,
      stderr: 'bdsync: the client ended before it had sent its hello\n',
    });
  });

  it('ends wherever the client stops', async () => {
    const {cwd, input} = await conversation();
    for (const bytes of [3, 10, 20, 40, 90, input.length - 1]) {
      const {status, stderr} = await serve({cwd, input: input.subarray(0, bytes)});
      expect({bytes, status, lines: stderr.split('\n').length}).toEqual({bytes, status: 4, lines: 2});
    }
  });

  it('ends when nobody reads its answers', async () => {
    const {cwd, input} = await conversation();
    const {child, stdin, result} = startBdsync(['--server'], {cwd});
    child.stdout?.destroy();
    stdin.write(input);
    expect(await result).toMatchObject({status: 4, stderr: expect.stringMatching(/^bdsync: the client .*\n$/)});
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('ends at %s with status %i', async (signal, status) => {
    const {child, result} = startBdsync(['--server']);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill(signal);
    expect(await result).toMatchObject({status, stderr: ''});
  });
});

describe('a server and its log', () => {
  it('says on standard error and in the system log why it fails', async () => {
    const {input} = await conversation(60);
    const {env, logged} = await recordedSyslog();
    const message = 'cannot open remote.img: it does not exist';
    const {status, stderr} = await serve({cwd: await temporaryFolder(), input, env});
    expect({status, stderr}).toEqual({status: 12, stderr: `bdsync: ${message}\n`});
    await vi.waitFor(async () => {
      expect(await logged()).toMatch(new RegExp(`^--tag bdsync --id=\\d+ --prio-prefix\n<11>${message}\n$`));
    });
  });

  it('logs nothing when all goes well, and more with --verbose', async () => {
    const {cwd, input} = await conversation();
    const quiet = await recordedSyslog();
    expect(await serve({cwd, input, env: quiet.env})).toMatchObject({status: 0, stderr: ''});
    const verbose = await recordedSyslog();
    expect(await serve({cwd, input, env: verbose.env}, ['-v'])).toMatchObject({status: 0, stderr: ''});
    await vi.waitFor(async () => expect(await verbose.logged()).toContain('<14>device remote.img\n'));
    expect(await verbose.logged()).not.toContain('gethashes');
    expect(await quiet.logged()).toBe('');
  });

  it('says why it fails also when an upgrade has removed what was installed when it began', async () => {
    const {cwd, input} = await conversation(90);
    const folder = join(await temporaryFolder(), 'installed');
    for (const part of ['package.json', 'bin', 'dist/programs', 'dist/bdsync/kernels']) {
      await cp(join(ROOT, part), join(folder, part), {recursive: true});
    }
    const {env, logged} = await recordedSyslog();
    const program = [process.execPath, join(folder, 'bin/bdsync.cjs')];
    const {child, stdin, result} = startBdsync(['--server'], {cwd, env, program});
    stdin.write(input);
    // It has listened to the client, and answered.
    let answered = 0;
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (bytes: Buffer) => {
        answered += bytes.length;
        if (answered > encodeHello('SERVER').length) resolve();
      });
    });
    await rm(folder, {recursive: true});
    stdin.end();
    expect(await result).toMatchObject({
      status: 4,
      stderr: expect.stringMatching(/^bdsync: the client broke the protocol: .*\n$/),
    });
    await vi.waitFor(async () => expect(await logged()).toMatch(/\n<11>the client broke the protocol: .*\n$/));
  });

  it('does without a log', async () => {
    const {cwd, input} = await conversation();
    const env = {PATH: '/nonexistent'};
    expect(await serve({cwd, input, env}, ['-vvv'])).toMatchObject({status: 0, stderr: ''});
    expect(await serve({env})).toMatchObject({status: 4});
  });

  it('ends when it is done, although its input stays open', async () => {
    const {cwd, input} = await conversation();
    const {stdin, result} = startBdsync(['--server'], {cwd});
    stdin.write(input);
    expect(await result).toMatchObject({status: 0});
  });
});
