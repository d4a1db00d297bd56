import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {connectionHost} from '#dist/hosts/connection-host.js';
import {sshdMissing, startSshd} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';

/** A connection command that notes each of its starts in a file. */
async function notingConnection(): Promise<{words: string[]; starts: () => Promise<number>}> {
  const notes = join(await temporaryFolder(), 'starts');
  await writeFile(notes, '');
  return {
    words: ['sh', '-c', 'echo "$2" >>"$0"; shift; exec "$@"', notes, 'carry'],
    starts: async () => (await readFile(notes, 'utf8')).split('\n').length - 1,
  };
}

describe('the first connection', () => {
  test('is asked once how words travel, whoever asks at the same time', async () => {
    const {words, starts} = await notingConnection();
    const host = connectionHost(words, {quoting: 'auto'});
    const results = await Promise.all(['a  b', 'c  d', 'e'].map((word) => host.run(['printf', '%s', word])));
    expect(results.map(({stdout}) => stdout)).toEqual(['a  b', 'c  d', 'e']);
    await host.run(['true']);
    expect(await starts()).toBe(1 + 4);
  });

  test('is not asked when the configuration knows', async () => {
    const {words, starts} = await notingConnection();
    expect(await connectionHost(words, {quoting: 'none'}).run(['printf', '%s', 'a  b'])).toMatchObject({
      stdout: 'a  b',
    });
    expect(await starts()).toBe(1);
  });

  test('goes on for others when the one who started it is told to stop', async () => {
    const gate = join(await temporaryFolder(), 'open');
    const slow = ['sh', '-c', 'while ! test -e "$0"; do sleep 0.01; done; exec "$@"', gate];
    const host = connectionHost(slow, {quoting: 'auto'});
    const stop = new AbortController();
    const stopped = host.run(['true'], {signal: stop.signal});
    const going = host.run(['printf', 'here']);
    stop.abort();
    await expect(stopped).rejects.toMatchObject({code: 'cancelled'});
    await writeFile(gate, '');
    expect(await going).toMatchObject({stdout: 'here'});
  });

  test('is not waited for by others who are told to stop', async () => {
    const gate = join(await temporaryFolder(), 'open');
    const slow = ['sh', '-c', 'while ! test -e "$0"; do sleep 0.01; done; exec "$@"', gate];
    const host = connectionHost(slow, {quoting: 'auto'});
    const going = host.run(['printf', 'here']);
    const stop = new AbortController();
    const stopped = host.run(['true'], {signal: stop.signal});
    stop.abort();
    await expect(stopped).rejects.toMatchObject({
      code: 'cancelled',
      message: expect.stringMatching(
        /^the first connection through sh … \S+ was not waited for: we were told to stop$/,
      ),
    });
    await writeFile(gate, '');
    expect(await going).toMatchObject({stdout: 'here'});
  });

  test('is tried again after it failed', async () => {
    const switchFile = join(await temporaryFolder(), 'open');
    const host = connectionHost(['sh', '-c', 'test -e "$0" && exec "$@"', switchFile], {quoting: 'auto'});
    await expect(host.run(['true'])).rejects.toMatchObject({code: 'probe-failed'});
    await writeFile(switchFile, '');
    expect(await host.run(['true'])).toMatchObject({status: 0});
  });

  test.each([
    [['echo', 'Press\u0007 Enter:'], 'it answers a test command with "Press\\x07 Enter: printf %s%s%s '],
    [['true'], 'the answer to a test command is empty, status 0'],
    [['sh', '-c', 'echo no shell for you >&2; exit 9'], 'it answers a test command with "no shell for you"'],
    [['sh', '-c', 'yes | head -c 5000'], 'it answers a test command with "y…"'],
    [['sh', '-c', 'yes | tr -d "\\n" | head -c 5000'], `it answers a test command with "${'y'.repeat(200)}…"`],
  ])('through %j quotes an answer that fits nothing', async (words, text) => {
    const running = connectionHost(words, {quoting: 'auto'}).run(['true']);
    await expect(running).rejects.toMatchObject({code: 'probe-failed'});
    await expect(running).rejects.toThrow(text);
  });

  test('tells a connection command that is not there', async () => {
    const host = connectionHost(['ssh-is-not-there', 'store'], {quoting: 'auto'});
    await expect(host.spawn(['true'], {describe: 'true'})).rejects.toMatchObject({
      code: 'spawn-failed',
      message: 'the connection command "ssh-is-not-there" cannot be started: it does not exist on this machine',
    });
  });

  test('needs a word', () => {
    expect(() => connectionHost([], {quoting: 'auto'})).toThrow(RangeError);
  });
});

describe('the name of a host', () => {
  test.each([
    [['ssh', 'backup@store'], 'ssh backup@store'],
    [['/usr/bin/ssh', '-4F', '/etc/ssh_config', '-oProxyCommand=x', 'backup@store\u001b'], 'ssh backup@store\\x1b'],
    [['ssh', '-p', '2222', '-l', 'backup', 'store'], 'ssh -p 2222 store'],
    [['ssh', '-4p2222', '--', 'store'], 'ssh -p 2222 store'],
    [['sudo', 'ssh', 'backup@store', 'sudo'], 'ssh backup@store'],
    [['docker', 'exec', '-i', 'store'], 'docker … store'],
    [['sudo'], 'sudo'],
    [['/usr/bin/sudo', '-n'], 'sudo -n'],
    [[`/bin/${'x'.repeat(80)}`], `…${'x'.repeat(60)}`],
  ])('for %j is %s', (words, name) => {
    expect(connectionHost(words, {quoting: 'none'}).name).toBe(name);
  });
});

describe('the name of a host tells no password', () => {
  test.each([
    [['sshpass', '-p', 'hunter2', 'ssh', 'me@host']],
    [['sshpass', '-phunter2', 'ssh', '-p', 'hunter2', 'me@host']],
    [['ssh', '-o', 'ProxyCommand=connect --password hunter2', '-i', 'hunter2', 'me@host']],
    [['connect', '--password', 'hunter2']],
    [['connect', '-p', 'hunter2', '-phunter2']],
    [['connect', '--password=hunter2']],
    [['env', 'PASSWORD=hunter2']],
    [['env', 'PASSWORD=hunter2', 'connect', 'store']],
    [['sh', '-c', 'connect hunter2 "$@"']],
    [['ssh', '-p', 'hunter2']],
  ])('in %j', (words) => {
    const {name} = connectionHost(words, {quoting: 'none'});
    expect(name).not.toContain('hunter2');
    expect(name).not.toBe('');
  });
});

const skip = sshdMissing();
if (skip !== undefined) console.warn(`SKIPPED: connections of ssh that fail: ${skip}`);

describe.skipIf(skip !== undefined)('an ssh connection', () => {
  test('whose host key is another one than before is refused with the remedy', async () => {
    await using sshd = await startSshd({hostKey: 'changed'});
    await expect(connectionHost(sshd.connectionWords, {quoting: 'auto'}).run(['true'])).rejects.toMatchObject({
      code: 'host-key',
      message: `ssh sshd-of-tests: Host key for [127.0.0.1]:${sshd.port} has changed`,
      hint: expect.stringContaining(`ssh-keygen -R '[127.0.0.1]:${sshd.port}'`),
    });
  });

  test('whose host key is unknown is refused', async () => {
    await using sshd = await startSshd({hostKey: 'unknown'});
    await expect(connectionHost(sshd.connectionWords, {quoting: 'auto'}).run(['true'])).rejects.toMatchObject({
      code: 'host-key',
      message: `ssh sshd-of-tests: No ED25519 host key is known for [127.0.0.1]:${sshd.port}`,
    });
  });

  test('whose login is refused says so', async () => {
    await using sshd = await startSshd({login: 'refused'});
    await expect(connectionHost(sshd.connectionWords, {quoting: 'auto'}).run(['true'])).rejects.toMatchObject({
      code: 'login-refused',
      message: 'ssh sshd-of-tests: Permission denied (publickey)',
      hint: expect.stringContaining('ssh-copy-id'),
    });
  });

  test('that nobody answers says so, also for a child that was not probed', async () => {
    await using sshd = await startSshd();
    await sshd.stop();
    const refused = {code: 'connection-failed', hint: expect.stringContaining('ssh server')};
    await expect(connectionHost(sshd.connectionWords, {quoting: 'auto'}).run(['true'])).rejects.toMatchObject(refused);
    const host = connectionHost(sshd.connectionWords, {quoting: 'shell'});
    await using child = await host.spawn(['cat'], {describe: 'cat'});
    expect(await child.ended).toEqual({kind: 'exit', status: 255});
    expect(await child.diagnose()).toMatchObject(refused);
  });

  test('that is lost in the middle says so to who writes and who waits', async () => {
    await using sshd = await startSshd();
    const host = connectionHost(sshd.connectionWords, {quoting: 'auto'});
    await using child = await host.spawn(['sh', '-c', 'kill -9 "$PPID"; cat'], {describe: 'cat'});
    const writing = new Promise((resolve) => {
      child.stdin.once('error', resolve);
    });
    expect(await child.diagnose()).toMatchObject({code: 'connection-failed'});
    expect(await writing).toMatchObject({code: 'connection-failed'});
  });
});
