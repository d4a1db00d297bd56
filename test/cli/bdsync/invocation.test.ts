import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS} from '#dist/bdsync/compare/diff-options.js';
import {parseInvocation} from '#dist/cli/bdsync/invocation.js';

function parse(line: string) {
  return parseInvocation(line.split(' ').filter((word) => word !== ''));
}

describe('parseInvocation', () => {
  it.each([
    ['', 'help'],
    ['-H', 'help'],
    ['--help --server', 'help'],
    ['--version', 'version'],
  ])('reads %j', (line, role) => {
    expect(parse(line)).toEqual({role});
  });

  it('reads a client without options', () => {
    expect(parseInvocation(['ssh host bdsync --server', '/dev/a', '/dev/b'])).toEqual({
      role: 'client',
      command: 'ssh host bdsync --server',
      localPath: '/dev/a',
      remotePath: '/dev/b',
      options: DEFAULT_DIFF_OPTIONS,
      progress: undefined,
      verbosity: 0,
    });
  });

  it.each([
    ['-trfzF -b 512 -hsha1 --checksum=md5 -v --verb -dminsize,warn --progress cmd a b'],
    [
      'cmd -vv a --twopass --remdata --fixedsalt --zeroblocks b --flushcache --block=512 --hash sha1 -c md5 -dm,w --prog',
    ],
  ])('reads every option of a client: %s', (line) => {
    expect(parse(line)).toMatchObject({
      role: 'client',
      options: {
        blockBytes: 512,
        digest: 'sha1',
        checksum: 'md5',
        twoPass: true,
        remoteData: true,
        fixedSalt: true,
        sizePolicy: {mode: 'minsize', warn: true},
        flushCache: true,
      },
      progress: 'scroll',
      verbosity: 2,
    });
  });

  it.each([
    ['-p', undefined],
    ['--patch', undefined],
    ['-p/dev/x', '/dev/x'],
    ['--patch=/dev/x', '/dev/x'],
    ['--pa=/dev/x', '/dev/x'],
    ['-vp/dev/x', '/dev/x'],
    ['-p/dev/y -p/dev/x', '/dev/x'],
  ])('reads the target of a patch: %s', (line, targetPath) => {
    expect(parse(line)).toMatchObject({role: 'patch', targetPath, warnDevice: false, sizePolicy: {mode: 'strict'}});
  });

  it('reads the other options of a patch', () => {
    expect(parse('-p -w -d --progress=noscroll -vv')).toEqual({
      role: 'patch',
      targetPath: undefined,
      sizePolicy: {mode: 'resize', warn: false},
      warnDevice: true,
      isHeld: false,
      mark: undefined,
      progress: 'noscroll',
      verbosity: 2,
    });
  });

  it('reads what a target is marked with', () => {
    expect(parse('-p --mark=me --state-dir=/s')).toMatchObject({mark: {by: 'me', stateDir: '/s'}});
    expect(parse('-p --mark')).toMatchObject({
      mark: {by: expect.stringMatching(/^bdsync --patch of ./), stateDir: expect.any(String)},
    });
  });

  it('reads a server', () => {
    expect(parse('-s -z -v')).toEqual({role: 'server', verbosity: 1});
    expect(parse('--serv --twopass -b 1')).toEqual({role: 'server', verbosity: 0});
  });

  it('reads a hold', () => {
    expect(parse('--hold=/dev/x --holder=me --state-dir=/s --allow-in-use --wait-ms=20')).toEqual({
      role: 'hold',
      path: '/dev/x',
      holder: 'me',
      stateDir: '/s',
      allowInUse: true,
      waitMs: 20,
    });
    expect(parse('--hold /dev/x')).toMatchObject({path: '/dev/x', allowInUse: false, waitMs: 0});
  });

  it('keeps the abbreviations of the original although there are more options now', () => {
    expect(parse('--s --ver --v')).toEqual({role: 'server', verbosity: 2});
    expect(parse('-p --w')).toMatchObject({warnDevice: true});
    expect(() => parse('--ho=/dev/x')).toThrow("unrecognized option '--ho=/dev/x'");
  });

  it.each([
    ['-p /dev/x', 'Bad number of arguments 1'],
    ['cmd a', 'Bad number of arguments 2'],
    ['cmd a b c', 'Bad number of arguments 4'],
    ['-s a', 'Bad number of arguments 1'],
    ['-b 4k cmd a b', "bad number '4k' for --blocksize"],
    ['-b 0 cmd a b', "bad number '0' for --blocksize"],
    ['-b -1 cmd a b', "bad number '-1' for --blocksize"],
    ['--blocksize= cmd a b', "bad number '' for --blocksize"],
    ['-b 9007199254740992 cmd a b', 'bad number'],
    ['--progress=never cmd a b', "bad progress option 'never'"],
    ['-d -d cmd a b', '--diffsize is given twice'],
    // The value of a short option begins right behind the letter.
    ['-d=resize cmd a b', "bad diffsize option '=resize'"],
    ['-dsmall cmd a b', "bad diffsize option 'small'"],
    ['-s -p', '--server and --patch contradict each other'],
    ['-s --hold=x', '--server and --hold contradict each other'],
    ['-s -h md5', '--hash and --server contradict each other'],
    ['-p -h md5', '--hash and --patch contradict each other'],
    ['-s -c md5', '--checksum and --server contradict each other'],
    ['-p -c md5', '--checksum and --patch contradict each other'],
    ['-p -z', '--zeroblocks and --patch contradict each other'],
    ['-w cmd a b', '--warndev is for --patch only'],
    ['--wait-ms=1 cmd a b', '--wait-ms is for --hold only'],
    ['--mark cmd a b', '--mark is for --patch only'],
    ['-p --state-dir=/s', '--state-dir is for --hold and --mark only'],
    ['-p/dev/x --sealed=f --mark', '--sealed and --mark contradict each other'],
    ['--hold=x --wait-ms=soon', "bad number 'soon' for --wait-ms"],
    [`-c ${'x'.repeat(128)} cmd a b`, 'the name for --checksum is too long'],
  ])('refuses %s', (line, message) => {
    expect(() => parse(line)).toThrow(
      expect.objectContaining({code: 'invalid-parameters', message: expect.stringContaining(message)}),
    );
  });

  it.each(['-x cmd a b', '--nothing', '--h', '-P cmd a b', '-b', '--server=yes'])(
    'refuses the option in %s',
    (line) => {
      expect(() => parse(line)).toThrow(expect.objectContaining({name: 'OptionError'}));
    },
  );
});
