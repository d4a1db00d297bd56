import {describe, expect, test} from 'vitest';
import {taskConfigFrom} from '#dist/tasks/config/configuration.js';
import type {LvmSnapshotConfig, SnapshotHooks, TaskConfig} from '#dist/tasks/config/task-config.js';
import {askPython, reasonWithoutPython} from '../../support/python-oracle.js';
import {SURROUNDINGS} from '../../support/read-config.js';

const LOCAL = {source_path: '/dev/vg0/home', target_path: '/srv/home.img', apply_patch_in_place: 'yes'};
const REMOTE = {...LOCAL, connection_command: 'ssh backup@example.org'};
const SNAPSHOT = {...LOCAL, lvm_snapshot_enabled: 'yes'};

test('a task that sets only what it must gets every default', () => {
  expect(task(LOCAL)).toEqual({
    name: 'home',
    disabled: false,
    sourcePath: '/dev/vg0/home',
    targetPath: '/srv/home.img',
    connectionCommand: [],
    connectionQuoting: 'auto',
    localBdsyncBin: undefined,
    remoteBdsyncBin: 'bdsync',
    bdsyncArgs: {
      blockBytes: undefined,
      hash: undefined,
      checksum: undefined,
      twoPass: false,
      fixedSalt: false,
      diffSize: undefined,
      zeroBlocks: false,
      warnDevice: false,
      flushCache: false,
      verbose: 0,
    },
    targetPatchDir: undefined,
    applyPatchInPlace: true,
    createTargetIfMissing: false,
    targetThinPool: undefined,
    growTarget: false,
    verifyAfter: false,
    targetLvmProgramPath: 'lvm',
    allowTargetInUse: false,
    allowPlaintext: false,
    bandwidthLimitBytesPerSecond: undefined,
    stallTimeoutMs: 1_800_000,
    stateDir: '/var/lib/state',
    warnAfterMs: undefined,
    critAfterMs: undefined,
    metricsFile: undefined,
    lvmSnapshot: undefined,
    notify: {
      hooks: {start: undefined, success: undefined, failure: undefined, change: undefined, timeoutMs: 60_000},
      ping: undefined,
      mail: undefined,
    },
  } satisfies TaskConfig);
});

describe('a value is understood:', () => {
  test.each<[string, Record<string, string>, Partial<TaskConfig>]>([
    [
      'a command in words',
      {...LOCAL, connection_command: `ssh -o 'A b' h`},
      {connectionCommand: ['ssh', '-o', 'A b', 'h']},
    ],
    ['a choice in any case', {...REMOTE, connection_quoting: 'Shell'}, {connectionQuoting: 'shell'}],
    ['a rate', {...LOCAL, bandwidth_limit: '500k'}, {bandwidthLimitBytesPerSecond: 512_000}],
    ['a rate in capital letters', {...LOCAL, bandwidth_limit: '1M'}, {bandwidthLimitBytesPerSecond: 1_048_576}],
    ['a rate in gibibytes', {...LOCAL, bandwidth_limit: '2g'}, {bandwidthLimitBytesPerSecond: 2_147_483_648}],
    ['a rate in bytes', {...LOCAL, bandwidth_limit: '42b'}, {bandwidthLimitBytesPerSecond: 42}],
    ['a rate without a unit', {...LOCAL, bandwidth_limit: '42'}, {bandwidthLimitBytesPerSecond: 42}],
    ['seconds', {...LOCAL, stall_timeout: '90s'}, {stallTimeoutMs: 90_000}],
    ['plain seconds', {...LOCAL, stall_timeout: '90'}, {stallTimeoutMs: 90_000}],
    ['minutes', {...LOCAL, stall_timeout: '5M'}, {stallTimeoutMs: 300_000}],
    ['days', {...LOCAL, stall_timeout: '1d'}, {stallTimeoutMs: 86_400_000}],
    ['a file in memory', {...LOCAL, metrics_file: '/dev/shm/bdsync.prom'}, {metricsFile: '/dev/shm/bdsync.prom'}],
    ['hours', {...LOCAL, stall_timeout: '2h'}, {stallTimeoutMs: 7_200_000}],
    ['never', {...LOCAL, stall_timeout: '0'}, {stallTimeoutMs: 0}],
    ['a size of a snapshot', {...SNAPSHOT, lvm_snapshot_size: '5G'}, {lvmSnapshot: snapshot('5G')}],
    ['a share of the origin', {...SNAPSHOT, lvm_snapshot_size: '10%origin'}, {lvmSnapshot: snapshot('10%ORIGIN')}],
    ['a share of what is free', {...SNAPSHOT, lvm_snapshot_size: '50%FREE'}, {lvmSnapshot: snapshot('50%FREE')}],
    ['a snapshot without a size', SNAPSHOT, {lvmSnapshot: snapshot(undefined)}],
    [
      'a snapshot with everything',
      {...SNAPSHOT, lvm_snapshot_size: '0128s', lvm_snapshot_name: 'a+b.c_d-1', lvm_program_path: '/usr/sbin/lvm'},
      {
        lvmSnapshot: {
          size: '0128s',
          name: 'a+b.c_d-1',
          programPath: '/usr/sbin/lvm',
          autoextend: undefined,
          hooks: undefined,
        },
      },
    ],
    ...['80%+20%', '80% + 20%'].map((text): [string, Record<string, string>, Partial<TaskConfig>] => [
      'a snapshot that grows',
      {...SNAPSHOT, lvm_snapshot_autoextend: text},
      {lvmSnapshot: {...snapshot(undefined), autoextend: {thresholdPercent: 80, stepPercent: 20}}},
    ]),
    [
      'commands around a snapshot',
      {
        ...SNAPSHOT,
        before_snapshot: "sh -c 'sync; true'",
        after_snapshot: 'fsfreeze -u /srv',
        snapshot_hook_timeout: '2m',
      },
      {
        lvmSnapshot: snapshot(undefined, {
          before: ['sh', '-c', 'sync; true'],
          after: ['fsfreeze', '-u', '/srv'],
          timeoutMs: 120_000,
        }),
      },
    ],
    [
      'one of them, with the usual time',
      {...SNAPSHOT, after_snapshot: 'true'},
      {lvmSnapshot: snapshot(undefined, {before: undefined, after: ['true'], timeoutMs: 60_000})},
    ],
    ['a patch folder', {...LOCAL, apply_patch_in_place: 'no', target_patch_dir: '/tmp'}, {targetPatchDir: '/tmp'}],
    [
      'switches',
      {...LOCAL, allow_target_in_use: 'on', create_target_if_missing: 'Y'},
      {allowTargetInUse: true, createTargetIfMissing: true},
    ],
    ['options of bdsync', {...LOCAL, bdsync_args: '--diffsize=resize -tz'}, {}],
    ['a switch for an option of bdsync', {...LOCAL, flush_cache: 'yes'}, {bdsyncArgs: withFlushCache('')}],
    [
      'both, beside other options',
      {...LOCAL, flush_cache: 'yes', bdsync_args: '-Ft'},
      {bdsyncArgs: withFlushCache('--twopass')},
    ],
    [
      'the option without the switch',
      {...LOCAL, flush_cache: 'no', bdsync_args: '-F'},
      {bdsyncArgs: withFlushCache('')},
    ],
    ['a target without a folder', {...LOCAL, target_path: 'home.img'}, {targetPath: 'home.img'}],
  ])('%s', (_, values, expected) => {
    expect(task(values)).toMatchObject(expected);
  });

  test('an empty one is none: the default holds', () => {
    const empty = Object.fromEntries(
      [
        'connection_command',
        'connection_quoting',
        'bandwidth_limit',
        'stall_timeout',
        'disabled',
        'bdsync_args',
        'state_dir',
        'local_bdsync_bin',
        'remote_bdsync_bin',
        'target_patch_dir',
        'lvm_snapshot_enabled',
      ].map((key) => [key, '']),
    );
    expect(task({...LOCAL, ...empty})).toEqual(task(LOCAL));
  });

  test('one of blanks is none as well', () => {
    expect(task({...LOCAL, connection_command: ' \t'})).toEqual(task(LOCAL));
  });

  test('details of a snapshot do not matter without one', () => {
    expect(task({...LOCAL, lvm_snapshot_size: 'much', lvm_snapshot_name: '-'}).lvmSnapshot).toBeUndefined();
  });
});

test('addresses of mails come with blanks or commas between them', () => {
  const {notify} = task({...LOCAL, mail_to: "root,ops+disk@example.org\n o'hara@h", mail_from: 'web1@example.org'});
  expect(notify.mail).toEqual({
    to: ['root', 'ops+disk@example.org', "o'hara@h"],
    from: 'web1@example.org',
    sendmailPath: '/usr/sbin/sendmail',
  });
});

describe('a value is refused:', () => {
  test.each<[Record<string, string>, string]>([
    [{...LOCAL, source_path: ''}, '--source-path: must be set; it has no default'],
    [{source_path: '/a', apply_patch_in_place: '1'}, '--target-path: must be set; it has no default'],
    [{...LOCAL, apply_patch_in_place: 'no'}, '--target-patch-dir: must be set, unless --apply-patch-in-place is on'],
    [{...LOCAL, disabled: 'maybe'}, "--disabled: 'maybe' is neither yes (1, y, true, on) nor no (0, n, false, off)"],
    [{...LOCAL, source_path: 'a\0b'}, '--source-path: holds a NUL character'],
    [{...LOCAL, connection_command: `ssh 'h`}, "--connection-command: the quote ' at character 5 is not closed"],
    [{...LOCAL, connection_command: `'' h`}, '--connection-command: its first word, the program, is empty'],
    [{...REMOTE, connection_quoting: 'bash'}, "--connection-quoting: 'bash' is none of auto, shell, none"],
    [{...REMOTE, target_path: '~joe/x'}, "--target-path: '~joe' cannot be resolved on the target's host"],
    [
      {...REMOTE, remote_bdsync_bin: '~joe/bdsync'},
      "--remote-bdsync-bin: '~joe' cannot be resolved on the target's host",
    ],
    [{...LOCAL, bandwidth_limit: '0'}, "--bandwidth-limit: '0' would never let a byte pass"],
    [{...LOCAL, bandwidth_limit: '0m'}, "--bandwidth-limit: '0m' would never let a byte pass"],
    ...['1.5m', '10 m', '-1', '1mb', 'fast', '9007199254740993', '9999999999g'].map(
      (rate): [Record<string, string>, string] => [
        {...LOCAL, bandwidth_limit: rate},
        `--bandwidth-limit: '${rate}' is no rate: a whole number of bytes per second, or of KiB, MiB, GiB with k, m, g behind it (500k, 2m)`,
      ],
    ),
    ...['1w', '1.5h', 'soon', '-1', '1h30m'].map((time): [Record<string, string>, string] => [
      {...LOCAL, stall_timeout: time},
      `--stall-timeout: '${time}' is no time: a whole number of seconds, or with m, h or d behind it (90, 30m, 2h, 7d)`,
    ]),
    ...[
      'hc.example.org/secret',
      'ftp://secret/',
      'https://',
      'https:///secret',
      'https://a b/secret',
      'http://[secret',
    ].map((url): [Record<string, string>, string] => [
      {...LOCAL, ping_url: url},
      '--ping-url: is no address of the form https://HOST/PATH',
    ]),
    ...['|sh', '/etc/x', ':include:/x', '-t', 'a@', 'a@-h', 'Bcc:b@h', '<me@h>', 'mé@h', 'a..b@h', 'a@h@h'].map(
      (address): [Record<string, string>, string] => [
        {...LOCAL, mail_to: `root, ${address}`},
        `--mail-to: '${address}' is no mail address of the form name@host, and no name of a local user`,
      ],
    ),
    [
      {...LOCAL, mail_from: 'a@h, b@h'},
      "--mail-from: 'a@h, b@h' is no mail address of the form name@host, and no name of a local user",
    ],
    [
      {...LOCAL, mail_from: `${'a'.repeat(250)}@h.org`},
      `--mail-from: '${'a'.repeat(80)}…' is no mail address of the form name@host, and no name of a local user`,
    ],
    [{...LOCAL, mail_to: ' , '}, "--mail-to: ' , ' has no address"],
    [{...LOCAL, mail_to: 'a '.repeat(51)}, '--mail-to: has more than 50 addresses'],
    [{...LOCAL, ping_url: 'https://{volume}.org/'}, '--ping-url: has a word for a volume in the name of its host'],
    [{...LOCAL, stall_timeout: '600h'}, "--stall-timeout: '600h' is more than 24 days"],
    ...['5 G', 'G', '5x', '10%', '10%VG', '10%ORIGINS', '-5G', '5G\n6G'].map(
      (size): [Record<string, string>, string] => [
        {...SNAPSHOT, lvm_snapshot_size: size},
        `--lvm-snapshot-size: '${size.replace('\n', '\\n')}' is no snapshot size: a whole number with one of b, s, k, m, g, t, p, e behind it (5G), or a share (10%ORIGIN, 50%FREE)`,
      ],
    ),
    [{...SNAPSHOT, lvm_snapshot_size: '0%FREE'}, "--lvm-snapshot-size: '0%FREE' leaves the snapshot no room"],
    ...['80', '80%', '80+20', '80%20%', '80%+5G', '-1%+20%', '8.5%+20%'].map(
      (text): [Record<string, string>, string] => [
        {...SNAPSHOT, lvm_snapshot_autoextend: text},
        `--lvm-snapshot-autoextend: '${text}' is not of the form THRESHOLD%+STEP%: 80%+20% adds a fifth of its room to a snapshot that is full to four fifths`,
      ],
    ),
    ...['0%+20%', '100%+20%'].map((text): [Record<string, string>, string] => [
      {...SNAPSHOT, lvm_snapshot_autoextend: text},
      `--lvm-snapshot-autoextend: '${text}': a threshold is between 1% and 99%`,
    ]),
    [{...SNAPSHOT, lvm_snapshot_autoextend: '80%+0%'}, "--lvm-snapshot-autoextend: '80%+0%' would add no room"],
    ...['a/b', '-a', '..', 'snapshot1', 'pvmove', 'ä', 'a b', 'x'.repeat(128)].map(
      (name): [Record<string, string>, string] => [
        {...SNAPSHOT, lvm_snapshot_name: name},
        `--lvm-snapshot-name: '${name.length > 80 ? `${name.slice(0, 80)}…` : name}' is no name for a volume: letters, digits and + _ . - only, no '-' first, not beginning with 'snapshot' or 'pvmove'`,
      ],
    ),
    [
      {...LOCAL, state_dir: 'state'},
      "--state-dir: 'state' depends on the current folder, so that two runs would not find each other's locks",
    ],
    [{...LOCAL, metrics_file: 'a.prom'}, "--metrics-file: 'a.prom' depends on the current folder"],
    [{...LOCAL, metrics_file: '/dev/null'}, "--metrics-file: '/dev/null' is among the devices"],
    [{...LOCAL, metrics_file: '/run/..//dev/stdout'}, "--metrics-file: '/run/..//dev/stdout' is among the devices"],
    [
      {...LOCAL, bdsync_args: '--remdata'},
      '--bdsync-args: --remdata turns the direction round; data always go from source_path to target_path',
    ],
    [{...LOCAL, bdsync_args: '--hash "md5'}, '--bdsync-args: the quote " at character 8 is not closed'],
    [{...LOCAL, bdsync_args: '--hash=nosuch'}, "--bdsync-args: unknown digest 'nosuch'"],
    [{...LOCAL, bdsync_args: '--checksum=nosuch'}, "--bdsync-args: unknown checksum 'nosuch'"],
    [
      {...LOCAL, bdsync_args: '--blocksize=99999999999'},
      '--bdsync-args: bad block size 99999999999, expected 1 to 4294967296 bytes',
    ],
    [{...LOCAL, bandwith_limit: '1m'}, '--bandwith-limit: is unknown'],
    [
      {...LOCAL, source_path: '', disabled: 'x', what: ''},
      "--what: is unknown; --source-path: must be set; it has no default; --disabled: 'x' is neither yes (1, y, true, on) nor no (0, n, false, off)",
    ],
  ])('%j', (values, message) => {
    expect(() => task(values)).toThrow(expect.objectContaining({name: 'ConfigError', message, file: undefined}));
  });

  test('unless another program than the built-in engine is to obey it', () => {
    const bdsync_args = '--hash=nosuch --blocksize=99999999999';
    expect(task({...LOCAL, bdsync_args, local_bdsync_bin: '/usr/bin/bdsync'})).toMatchObject({
      bdsyncArgs: {hash: 'nosuch', blockBytes: 99_999_999_999},
    });
  });

  test('the state folder of a user without a home folder', () => {
    const surroundings = {...SURROUNDINGS, defaultStateDir: () => undefined};
    expect(() => taskConfigFrom('a', LOCAL, undefined, surroundings)).toThrow(
      expect.objectContaining({message: '--state-dir: must be set for a user without a home folder'}),
    );
    expect(taskConfigFrom('a', {...LOCAL, state_dir: '/s'}, undefined, surroundings).stateDir).toBe('/s');
  });

  test('under the name that the caller gives its options', () => {
    expect(() => taskConfigFrom('a', {target_path: '/b'}, (key) => `<${key}>`)).toThrow(
      '<source_path>: must be set; it has no default; <target_patch_dir>: must be set, unless <apply_patch_in_place> is on',
    );
  });
});

const skipReason = reasonWithoutPython();

describe.skipIf(skipReason)(`agreement with Python${skipReason ? ` (skipped: ${skipReason})` : ''}`, () => {
  test('on booleans, apart from y and n', async () => {
    const words = '1 0 yes no true false on off y n t f enabled disabled 2 00 01 -1 none null ja оn ｙｅｓ'.split(' ');
    const texts = words.flatMap((word) => [
      word,
      word.toUpperCase(),
      `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`,
    ]);
    const answers = await askPython<{value: boolean} | {error: string}>('boolean', texts);
    for (const [index, text] of texts.entries()) {
      const answer = answers[index];
      const isOurOwn = text.toLowerCase() === 'y' || text.toLowerCase() === 'n';
      const theirs = isOurOwn ? {value: text.toLowerCase() === 'y'} : answer;
      expect(isOurOwn && answer && 'value' in answer, text).toBe(false);
      expect(booleanOf(text), text).toEqual(theirs);
    }
  });
});

function booleanOf(text: string): {value: boolean} | {error: string} {
  try {
    return {value: task({...LOCAL, disabled: text}).disabled};
  } catch {
    return {error: 'not a boolean'};
  }
}

function snapshot(size: string | undefined, hooks?: SnapshotHooks): LvmSnapshotConfig {
  return {size, name: 'bdsync-snapshot', programPath: '/sbin/lvm', autoextend: undefined, hooks};
}

function withFlushCache(options: string): TaskConfig['bdsyncArgs'] {
  return {...task({...LOCAL, bdsync_args: options}).bdsyncArgs, flushCache: true};
}

function task(values: Record<string, string>): TaskConfig {
  return taskConfigFrom('home', values, undefined, SURROUNDINGS);
}
