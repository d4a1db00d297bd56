import {describe, expect, test} from 'vitest';
import {clientArguments, patchArguments, serverArguments} from '#dist/tasks/config/bdsync-args.js';
import {KeyFault} from '#dist/tasks/config/key-fault.js';
import {parseBdsyncArgs} from '#dist/tasks/config/parse-bdsync-args.js';
import {splitShellWords} from '#dist/tasks/config/shell-words.js';

const EVERYTHING =
  '--blocksize=8192 --hash=sha1 --checksum=sha256 --twopass --fixedsalt --diffsize=resize,warn --zeroblocks --warndev --flushcache --progress --verbose --verbose';

describe('each role is handed what it accepts:', () => {
  test('the client', () => {
    expect(clientArguments(parse(EVERYTHING))).toEqual(
      splitShellWords(
        '--blocksize=8192 --hash=sha1 --checksum=sha256 --twopass --fixedsalt --diffsize=resize,warn --zeroblocks --flushcache --verbose --verbose',
      ),
    );
  });

  test('the server', () => {
    expect(serverArguments(parse(EVERYTHING))).toEqual(['--zeroblocks', '--verbose', '--verbose']);
  });

  test('the patching end', () => {
    expect(patchArguments(parse(EVERYTHING))).toEqual([
      '--diffsize=resize,warn',
      '--warndev',
      '--verbose',
      '--verbose',
    ]);
  });

  test('nothing when there is nothing', () => {
    const args = parse('');
    expect([clientArguments(args), serverArguments(args), patchArguments(args)]).toEqual([[], [], []]);
  });
});

test('the words of the client mean the same when they are read again', () => {
  const args = {...parse(EVERYTHING), warnDevice: false};
  expect(parseBdsyncArgs(clientArguments(args))).toEqual(args);
});

describe('every form of an option is understood:', () => {
  test.each([
    [
      '-b 8192 -h sha1 -csha256 -tf -dresize -zwFvv',
      '--blocksize=8192 --hash=sha1 --checksum=sha256 --twopass --fixedsalt --diffsize=resize --zeroblocks --warndev --flushcache --verbose --verbose',
    ],
    [
      '--block 512 --che md5 --t --fi --diff --z --w --fl',
      '--blocksize=512 --checksum=md5 --twopass --fixedsalt --diffsize --zeroblocks --warndev --flushcache',
    ],
    ['--diffsize=', '--diffsize'],
    ['-d', '--diffsize'],
    ["--hash 'sha512-256'", '--hash=sha512-256'],
    ['--progress=noscroll --prog', ''],
  ])('%s', (short, long) => {
    expect(parse(short)).toEqual(parse(long));
  });

  test.each([
    ['--diffsize', ''],
    ['--diffsize=min,warn', 'min,warn'],
    ['', undefined],
  ])('the sizes of %s are %j', (text, diffSize) => {
    expect(parse(text).diffSize).toBe(diffSize);
  });
});

describe('refused is', () => {
  test.each<[string, string, string?]>([
    ['--server', "--server makes bdsync do something else; which end does what is the task's affair"],
    ['-p/dev/x', "--patch makes bdsync do something else; which end does what is the task's affair"],
    ['-tH', "--help makes bdsync do something else; which end does what is the task's affair"],
    ['-r', '--remdata turns the direction round; data always go from source_path to target_path'],
    ['--towpass', "unrecognized option '--towpass' of bdsync", "did you mean '--twopass'?"],
    ['--what', "unrecognized option '--what' of bdsync"],
    ['-tx', "invalid option -- 'x' of bdsync"],
    ['--h md5', "option '--h' is ambiguous; possibilities: '--hash' '--help'"],
    ['--hash', "option '--hash' requires an argument"],
    ['--twopass=1', "option '--twopass' doesn't allow an argument"],
    [
      '--diffsize resize',
      "'resize' is no option of bdsync",
      'the value of --diffsize follows an equals sign: --diffsize=resize',
    ],
    ['ssh', "'ssh' is no option of bdsync"],
    ['-- -t', "'-t' is no option of bdsync"],
    ['--diffsize -d', '--diffsize is there twice'],
    ['--diffsize=bigger', "bad diffsize option 'bigger' in 'bigger'", 'the options are strict, resize, minsize, warn'],
    ['--diffsize=resize,minsize', "contradicting diffsize options 'resize' and 'minsize'"],
    ['--blocksize=4k', "--blocksize takes a whole number of bytes above 0, without a unit, not '4k'"],
    ['--blocksize=0', "--blocksize takes a whole number of bytes above 0, without a unit, not '0'"],
    ['--hash=', "--hash takes the name of a digest, such as md5 or sha256, not ''"],
    [
      `--checksum=${'x'.repeat(128)}`,
      `--checksum takes the name of a digest, such as md5 or sha256, not '${'x'.repeat(80)}…'`,
    ],
  ])('%s', (text, message, hint) => {
    expect(() => parse(text)).toThrow(KeyFault);
    expect(() => parse(text)).toThrow(expect.objectContaining({message, hint}));
  });
});

function parse(text: string) {
  return parseBdsyncArgs(splitShellWords(text));
}
