import {describe, expect, test} from 'vitest';
import {errorsOf, readConfig, readOneTask} from '../../support/read-config.js';

const ENDS = 'source_path = /a\ntarget_path = /b\napply_patch_in_place = yes\n';

describe('tasks', () => {
  test('come in the order of the file, with their lines, and inherit', async () => {
    const {tasks} = await readConfig(
      `[DEFAULT]\n${ENDS}[zoo]\nsource_path = /z\n[10]\nTarget_Path: /t\n[__proto__]\n[2]\ndisabled = yes\n`,
    );
    expect(tasks.map((task) => [task.name, task.line, task.state])).toEqual([
      ['zoo', 5, 'valid'],
      ['10', 7, 'valid'],
      ['__proto__', 9, 'valid'],
      ['2', 10, 'valid'],
    ]);
    expect(tasks.map((task) => task.state === 'valid' && [task.config.sourcePath, task.config.targetPath])).toEqual([
      ['/z', '/b'],
      ['/a', '/t'],
      ['/a', '/b'],
      ['/a', '/b'],
    ]);
  });

  test('none at all in an empty file', async () => {
    expect((await readConfig('')).tasks).toEqual([]);
    expect((await readConfig(`[DEFAULT]\n${ENDS}`)).tasks).toEqual([]);
  });

  test('use variables, in whatever key', async () => {
    const config = await readOneTask(
      `[DEFAULT]\nvg = /dev/vg0\nhost = h.example.org\nconnection_command = ssh -p 2200 %(user)s@%(HOST)s\n` +
        `[home]\nuser = me\n${ENDS.replace('/a', '%(vg)s/home-100%%')}`,
    );
    expect(config.sourcePath).toBe('/dev/vg0/home-100%');
    expect(config.connectionCommand).toEqual(['ssh', '-p', '2200', 'me@h.example.org']);
  });

  test('become local by an empty connection_command', async () => {
    const text = `[DEFAULT]\nconnection_command = ssh h\nbandwidth_limit = 1m\n[t]\nconnection_command =\nbandwidth_limit:\n${ENDS}`;
    const config = await readOneTask(text);
    expect(config.connectionCommand).toEqual([]);
    expect(config.bandwidthLimitBytesPerSecond).toBeUndefined();
  });

  test('take a value that begins in the next line, and one of several lines', async () => {
    const config = await readOneTask(
      `[t]\nsource_path =\n  /a\n${ENDS.replace('source_path = /a\n', '')}connection_command = ssh\n  # comment\n\n  -o 'A b'\n  h\n`,
    );
    expect(config.sourcePath).toBe('/a');
    expect(config.connectionCommand).toEqual(['ssh', '-o', 'A b', 'h']);
  });
});

describe('a fault makes one task invalid, and no other:', () => {
  test('all its errors are told at once, where they are', async () => {
    const configuration = await readConfig(
      `[DEFAULT]\nbandwidth_limit = 42x\nlvm_snapshot_size = x\n\n[bad]\nsource_path = /a\nstall_timeout = soon\n` +
        `[good]\n${ENDS}bandwidth_limit =\n`,
    );
    expect(errorsOf(configuration)).toEqual({
      bad: [
        'x.conf:5: [bad] target_path: must be set; it has no default',
        "x.conf:2: [bad] bandwidth_limit (from [DEFAULT]): '42x' is no rate: a whole number of bytes per second, or of KiB, MiB, GiB with k, m, g behind it (500k, 2m)",
        "x.conf:7: [bad] stall_timeout: 'soon' is no time: a whole number of seconds, or with m, h or d behind it (90, 30m, 2h, 7d)",
        'x.conf:5: [bad] target_patch_dir: must be set, unless apply_patch_in_place is on',
      ],
    });
    expect(configuration.tasks.map(({state}) => state)).toEqual(['invalid', 'valid']);
  });

  test('an error carries its place', async () => {
    const {file, tasks} = await readConfig(`[t]\n${ENDS}bandwidth_limit = 0\n`);
    const [task] = tasks;
    expect(task?.state === 'invalid' && task.errors).toMatchObject([
      {
        code: 'config-value',
        file,
        line: 5,
        section: 't',
        key: 'bandwidth_limit',
        hint: 'leave the value empty for no limit',
      },
    ]);
  });

  test('whether it is disabled is known nevertheless', async () => {
    const {tasks} = await readConfig('[a]\ndisabled = yes\n[b]\ndisabled = maybe\n[c]\n');
    expect(tasks.map((task) => task.state === 'invalid' && task.disabled)).toEqual([true, false, false]);
  });

  test('a stray percent sign counts in a key that is used, only', async () => {
    expect(errorsOf(await readConfig(`[t]\n${ENDS}comment = 100%\nlvm_program_path = %x\n`))).toEqual({});
    const text = `[t]\n${ENDS}bandwidth_limit = 100%\nconnection_command = %(hots)s\nhost = h\nbdsync_args = %(a)s\na = %(a)s\n`;
    expect(errorsOf(await readConfig(text))).toEqual({
      t: [
        "x.conf:6: [t] connection_command: %(hots)s names no key of this section or of [DEFAULT] (did you mean '%(host)s'?)",
        expect.stringMatching(/^x\.conf:8: \[t\] bdsync_args: %\(…\)s refer to one another more than 10 deep: a → a/),
        "x.conf:5: [t] bandwidth_limit: a '%' that begins neither '%%' nor '%(name)s': '100%' (write '%%' for one percent sign)",
      ],
    });
  });

  test('a missing key is looked for', async () => {
    const sections = [
      `[misspelt]\nsorce_path = /a\ntarget_path = /b\ntarget_patch_dir = /c\n`,
      `[indented]\nsource_path = /a\n  target_path = /b\ntarget_patch_dir = /c\n`,
      `[Default]\nsource_path = /a\ntarget_patch_dir = /c\n`,
      `[empty]\nsource_path =\ntarget_path = /b\ntarget_patch_dir = /c\n`,
    ];
    expect(errorsOf(await readConfig(sections.join('')))).toEqual({
      misspelt: ["x.conf:1: [misspelt] source_path: must be set; it has no default (line 2 says 'sorce_path')"],
      indented: [
        "x.conf:5: [indented] target_path: must be set; it has no default (it is in an indented line, which continues the value of 'source_path')",
      ],
      Default: [
        'x.conf:9: [Default] target_path: must be set; it has no default (only [DEFAULT], in capital letters, is inherited by the other sections)',
      ],
      empty: ['x.conf:13: [empty] source_path: must be set; it has no default'],
    });
  });
});
