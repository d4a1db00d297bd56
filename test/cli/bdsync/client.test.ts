import {closeSync, openSync} from 'node:fs';
import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {edited, noise} from '../../support/images.js';
import {mountOn, noLoopDevices} from '../../support/loop-device.js';
import {uniqueSeconds, waitForProcesses} from '../../support/processes.js';
import {runBdsync, serverCommand, startBdsync} from '../../support/run-bdsync.js';
import {serverScript} from '../../support/server-script.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const LOCAL = noise(300_000, 1);
const REMOTE = edited(LOCAL, 9, 2);
const IMAGES = ['local.img', 'remote.img'] as const;

async function imageFolder(): Promise<string> {
  const cwd = await temporaryFolder();
  await writeFile(join(cwd, 'local.img'), LOCAL);
  await writeFile(join(cwd, 'remote.img'), REMOTE);
  return cwd;
}

async function compare(server: string, words: readonly string[] = []) {
  return runBdsync([...words, server, ...IMAGES], {cwd: await imageFolder()});
}

async function compareWithScript(lines: string, words: readonly string[] = []) {
  const cwd = await imageFolder();
  return runBdsync([...words, await serverScript(cwd, lines), ...IMAGES], {cwd});
}

async function patchOfImages(): Promise<Buffer> {
  const {stdout} = await compare(serverCommand());
  return stdout;
}

describe('a client and the process of its server', () => {
  it('ends with the status of the server, when all else went well', async () => {
    const {status, stdout} = await compareWithScript('$SERVER; exit 7');
    expect(status).toBe(7);
    expect(stdout.equals(await patchOfImages())).toBe(true);
  });

  it('shows what the server writes to standard error, line by line', async () => {
    const {status, stderr} = await compareWithScript("printf 'one\\ntwo\\033[1m' >&2; $SERVER; echo three >&2");
    expect(status).toBe(0);
    expect(stderr).toBe('RMTERR: one\nRMTERR: two[1mthree\n');
  });

  it('is not stopped by a server that writes megabytes there', async () => {
    const {status, stdout, stderr} = await compareWithScript("head -c 3000000 /dev/zero | tr '\\0' x >&2; $SERVER");
    expect(status).toBe(0);
    expect(stderr.replaceAll(/RMTERR: |\n/g, '').length).toBe(3_000_000);
    expect(stdout.equals(await patchOfImages())).toBe(true);
  });

  it('starts a server whose words are quoted, without a shell', async () => {
    const cwd = await imageFolder();
    await writeFile(join(cwd, "an odd 'name'.img"), REMOTE);
    const script = await serverScript(cwd, 'test "$1" = "a  b\\"\\$HOME" && exec $SERVER');
    const {status} = await runBdsync([`${script} 'a  b"$HOME'`, 'local.img', "an odd 'name'.img"], {cwd});
    expect(status).toBe(0);
  });

  it('says why it cannot start the server', async () => {
    expect(await compare('no-such-program --server')).toMatchObject({
      status: 8,
      stderr: 'bdsync: cannot start no-such-program: there is no such program\n',
    });
    expect(await compare('./local.img')).toMatchObject({
      status: 8,
      stderr: 'bdsync: cannot start ./local.img: permission denied\n',
    });
  });

  it('says how a server ended that ended too early', async () => {
    expect(await compareWithScript('exit 127')).toMatchObject({
      status: 4,
      stderr: 'bdsync: the server ended before it had sent its hello; the server process ended with status 127\n',
    });
    expect(await compareWithScript('kill -9 $$')).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('the server process was ended by SIGKILL'),
    });
  });

  it('does not take a server for successful that was killed at last', async () => {
    expect(await compareWithScript('$SERVER; kill -9 $$')).toMatchObject({
      status: 8,
      stderr: 'bdsync: the server process was ended by SIGKILL\n',
    });
  });

  it('quotes a server that speaks something else', async () => {
    const {status, stderr} = await compareWithScript('echo Welcome to this machine; cat >/dev/null');
    expect(status).toBe(4);
    expect(stderr).toContain('it began with the text "Welcome to this machine"');
    expect(stderr.trimEnd()).not.toContain('\n');
  });

  it('shows why the server cannot open the device', async () => {
    const cwd = await imageFolder();
    const {status, stderr} = await runBdsync([serverCommand(), 'local.img', 'none.img'], {cwd});
    expect(status).toBe(4);
    expect(stderr).toMatch(
      /^RMTERR: bdsync: cannot open none.img: it does not exist\nbdsync: .* ended with status 12\n$/,
    );
  });

  it('ends the server with all that it started, when it fails itself', async () => {
    const seconds = uniqueSeconds();
    const {status} = await compareWithScript(`sleep ${seconds} & echo no protocol; sleep ${seconds}; true`);
    expect(status).toBe(4);
    await waitForProcesses(['sleep', seconds], 0);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('ends the server at %s, and itself with status %i', async (signal, expected) => {
    const cwd = await imageFolder();
    const seconds = uniqueSeconds();
    const {child, result} = startBdsync([await serverScript(cwd, `sleep ${seconds}; true`), ...IMAGES], {cwd});
    await waitForProcesses(['sleep', seconds], 1);
    child.kill(signal);
    expect(await result).toMatchObject({status: expected, stderr: ''});
    await waitForProcesses(['sleep', seconds], 0);
  });
});

describe('a client and its own world', () => {
  it.each([
    [['-h', 'none'], 1, "unknown digest 'none'"],
    [['-c', 'none'], 5, "unknown checksum 'none'"],
    [['-b', '99999999999'], 1, 'bad block size'],
  ])('refuses %j before anything is started', async (words, status, message) => {
    const cwd = await imageFolder();
    const script = await serverScript(cwd, 'echo started > started; exec $SERVER');
    const refused = await runBdsync([...words, script, ...IMAGES], {cwd});
    expect(refused).toMatchObject({status, stderr: expect.stringContaining(message)});
    await expect(readFile(join(cwd, 'started'))).rejects.toThrow('ENOENT');
  });

  it('says that the local device is missing', async () => {
    const cwd = await imageFolder();
    expect(await runBdsync([serverCommand(), 'none.img', 'remote.img'], {cwd})).toMatchObject({
      status: 12,
      stderr: 'bdsync: cannot open none.img: it does not exist\n',
    });
  });

  it('refuses a server command whose quotes do not match', async () => {
    expect(await compare("'bdsync --server")).toMatchObject({status: 1, stderr: expect.stringContaining("closing '")});
  });

  it('says more with --verbose', async () => {
    const {status, stderr} = await compare(serverCommand(), ['-v']);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^bdsync: starting .*\n(bdsync: .*\n)*bdsync: \d+ blocks differ: \d+ bytes of data, .*\n$/);
  });

  it('tells its progress, to the end', async () => {
    const {stderr, stdout} = await compare(serverCommand(), ['--progress']);
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^PROGRESS:\d{3}%,\d+,\d+,300000,(-,-|\d+\.\d{3},\d+\.\d{3} *)$/);
    expect(lines.at(-1)).toMatch(new RegExp(`^PROGRESS:100%,${stdout.length},300000,300000,`));
    const overwritten = await compare(serverCommand(), ['--progress=noscroll']);
    expect(overwritten.stderr).toMatch(/^(PROGRESS:[^\r\n]*\r)+\n$/);
  });
});

describe('a client whose patch nobody takes', () => {
  it('fails on a full device', async () => {
    const full = openSync('/dev/full', 'w');
    try {
      const cwd = await imageFolder();
      expect(await runBdsync([serverCommand(), ...IMAGES], {cwd, stdoutDescriptor: full})).toMatchObject({
        status: 9,
        stderr: 'bdsync: cannot write the patch to standard output: no space left\n',
      });
    } finally {
      closeSync(full);
    }
  });

  it('fails when the disk is full in the middle of the patch', async ({skip}) => {
    skip(noLoopDevices !== undefined, `mounting needs root (${noLoopDevices})`);
    const cwd = await imageFolder();
    await writeFile(join(cwd, 'remote.img'), noise(300_000, 99));
    mountOn(join(cwd, 'small'), ['-t', 'tmpfs', '-o', 'size=192k', 'none']);
    const descriptor = openSync(join(cwd, 'small/patch'), 'w');
    try {
      expect(await runBdsync([serverCommand(), ...IMAGES], {cwd, stdoutDescriptor: descriptor})).toMatchObject({
        status: 9,
        stderr: expect.stringContaining('no space left'),
      });
    } finally {
      closeSync(descriptor);
    }
  });

  it('fails when the reader is gone', async () => {
    const cwd = await imageFolder();
    const {child, result} = startBdsync([await serverScript(cwd, 'sleep 0.3; exec $SERVER'), ...IMAGES], {cwd});
    child.stdout?.destroy();
    expect(await result).toMatchObject({
      status: 9,
      stderr: 'bdsync: cannot write the patch to standard output: nobody reads it any more\n',
    });
  });

  it('waits for a slow reader without collecting the patch in memory', async () => {
    const cwd = await temporaryFolder();
    await writeFile(join(cwd, 'local.img'), noise(40_000_000, 5));
    await writeFile(join(cwd, 'remote.img'), Buffer.alloc(40_000_000));
    const {child, result} = startBdsync([serverCommand(), ...IMAGES], {cwd});
    child.stdout?.pause();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const statusText = await readFile(`/proc/${child.pid}/status`, 'utf8');
    const [, residentKilobytes] = /VmRSS:\s+(\d+) kB/.exec(statusText) ?? [];
    child.stdout?.resume();
    const {status, stdout} = await result;
    expect({status, isWhole: stdout.length > 40_000_000}).toEqual({status: 0, isWhole: true});
    expect(Number(residentKilobytes)).toBeLessThan(160_000);
  });
});
