import {mkdir, readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {DEFAULT_DIFF_OPTIONS} from '#dist/bdsync/client.js';
import {encodeHello, encodeSize} from '#dist/bdsync/wire/opening-messages.js';
import {LvmError} from '#dist/lvm/lvm-error.js';
import {StateDirError} from '#dist/state-folder.js';
import type {ConsistentSource} from '#dist/tasks/ends/snapshot.js';
import {applyInPlace, applyThroughFile} from '#dist/tasks/flows.js';
import type {TaskPlan} from '#dist/tasks/plan.js';
import type {UnsealedWriting} from '#dist/tasks/programs/patcher.js';
import {TaskError} from '#dist/tasks/task-error.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {sha256} from '../support/images.js';
import {NO_NATIVE_BDSYNC, nativeBdsync} from '../support/native-bdsync.js';
import {type LocalTask, localTask} from '../support/local-task.js';

/** Reads hello and answers nothing more, as behind a disk that hangs. */
const HANGS = 'exec sleep 600';
/** Answers its size, and nothing more. */
const ANSWERS_AND_HANGS = `printf '${octal(encodeHello('SERVER'), encodeSize(300_000))}'; exec sleep 600`;
/** Starts its server and passes nothing on. */
const SILENT_CLIENT: TaskPlan['client'] = {
  kind: 'native',
  program: 'sh',
  arguments: ['-c', 'eval "$1" >/dev/null; exec sleep 600'],
  options: DEFAULT_DIFF_OPTIONS,
};
/** As a password prompt that is answered after a while, which must not meet another one. */
const PROMPT = 'log="${0%/*}/prompts"; echo asked >>"$log"; sleep 0.4; echo answered >>"$log"';
/** Nothing is noted of it. */
const UNMARKED = {patchOptions: [], confirmHold: () => Promise.resolve(), begin: () => Promise.resolve()};
const UNSEALED = {kind: 'unsealed', why: 'bdsync on env … is not ours'} as const;
const IN_PLACE = {writing: UNMARKED, seal: UNSEALED};
const LOST = new LvmError('snapshot-invalid', 'the snapshot vg0/snap of vg0/home is lost');

function octal(...messages: Uint8Array[]): string {
  return Array.from(Buffer.concat(messages), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

async function promptsOf({folder}: LocalTask): Promise<string[]> {
  return (await readFile(join(folder, 'prompts'), 'utf8')).trim().split('\n');
}

function sourceOf({context}: LocalTask, requireValid = (): Promise<void> => Promise.resolve()): ConsistentSource {
  return {
    path: context.plan.sourcePath,
    lost: new Promise(() => {}),
    requireValid,
    fill: () => undefined,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function throughFile(
  task: LocalTask,
  source = sourceOf(task),
  patchDir = join(task.folder, 'patches'),
  writing: UnsealedWriting = UNMARKED,
) {
  await mkdir(join(task.folder, 'patches'));
  const leftovers = await Leftovers.open(task.context.plan.stateDir, 'home');
  return await applyThroughFile(task.context, source, {patchDir, leftovers, seal: UNSEALED, writing});
}

function logsOf({events}: LocalTask): string[] {
  return events.flatMap((event) => (event.kind === 'log' ? [`${event.level}: ${event.message}`] : []));
}

async function isSynced({folder}: LocalTask): Promise<boolean> {
  return (await sha256(join(folder, 's.img'))) === (await sha256(join(folder, 't.img')));
}

type Flow = (task: LocalTask, source?: ConsistentSource, writing?: UnsealedWriting) => Promise<unknown>;

const FLOWS: readonly [string, Flow][] = [
  [
    'in place',
    (task, source = sourceOf(task), writing = UNMARKED) =>
      applyInPlace(task.context, source, {writing, seal: UNSEALED}),
  ],
  ['through a file', (task, source, writing) => throughFile(task, source, undefined, writing)],
];

describe.each(FLOWS)('%s', (_, run) => {
  it('leaves the target complete, and says so', async () => {
    const task = await localTask();
    await run(task);
    expect(await isSynced(task)).toBe(true);
    expect(task.context.teller.targetState).toBe('complete');
    expect(logsOf(task)).toEqual([]);
  });

  it('leaves the target untouched when the server fails before there is a patch', async () => {
    const task = await localTask({server: 'echo "no such device" >&2; exit 12'});
    await expect(run(task)).rejects.toMatchObject({code: 'server-failed', errorLines: ['no such device']});
    expect(task.context.teller.targetState).toBe('untouched');
  });

  it('says that the target may be partly written when the patching end fails', async () => {
    const task = await localTask({patch: 'head -c 100 >/dev/null; echo "No space left on device" >&2; exit 9'});
    await expect(run(task)).rejects.toMatchObject({code: 'disk-full', hint: expect.not.stringContaining('place')});
    expect(task.context.teller.targetState).toBe('partly-written');
  });

  it('passes on what the patching end warns of, and tells the rest to whom it may interest', async () => {
    const task = await localTask({
      patch: 'echo "Warning: different device names" >&2; echo "Welcome!" >&2; exec $BDSYNC "$@"',
    });
    await run(task);
    expect(logsOf(task)).toEqual([
      'warning: bdsync --patch on env …: Warning: different device names',
      'info: bdsync --patch on env …: Welcome!',
    ]);
  });

  it('asks a far end of ours for its progress, and takes that for a sign of life', async () => {
    const line = 'PROGRESS:050%,100,150000,300000,-,-';
    const task = await localTask({
      patch: `[ "$2" = --progress ] || exit 1; $BDSYNC "$1"; for _ in 1 2 3; do echo "${line}" >&2; done`,
    });
    const before = (): number => task.context.meter.sentBytes + task.context.meter.receivedBytes;
    await run(task);
    expect(task.context.meter.activity - before()).toBeGreaterThanOrEqual(3);
    expect(logsOf(task)).toEqual([]);
  });

  it('tells that the snapshot was lost when that broke the comparison', async () => {
    const task = await localTask({server: 'exit 6'});
    await expect(
      run(
        task,
        sourceOf(task, () => Promise.reject(LOST)),
      ),
    ).rejects.toBe(LOST);
  });

  it('ends the comparison when the snapshot is seen to be lost', async () => {
    const task = await localTask({server: ANSWERS_AND_HANGS});
    const lost = new Promise<Error>((resolve) => void setTimeout(() => resolve(LOST), 300));
    await expect(run(task, {...sourceOf(task), lost})).rejects.toBe(LOST);
    expect(task.context.teller.targetState).toBe('untouched');
  });

  it('tells how full the snapshot became', async () => {
    const task = await localTask();
    const fill = {usedPercent: 12.5, usedBytes: 2 ** 20, roomBytes: 2 ** 23, extensions: 1};
    expect(await run(task, {...sourceOf(task), fill: () => fill})).toMatchObject({snapshotFill: fill});
  });

  it('tells what broke the comparison when nobody knows about the snapshot', async () => {
    const task = await localTask({server: 'exit 12'});
    const unknown = new LvmError('lvm-failed', 'cannot list vg0');
    await expect(
      run(
        task,
        sourceOf(task, () => Promise.reject(unknown)),
      ),
    ).rejects.toMatchObject({code: 'server-failed'});
  });

  it('asks nothing about the snapshot when it is told to stop', async () => {
    const task = await localTask({server: HANGS});
    let asked = 0;
    const running = run(
      task,
      sourceOf(task, async () => void (asked += 1)),
    );
    task.abort.abort();
    await expect(running).rejects.toThrow();
    expect(asked).toBe(0);
  });
});

describe('a program that takes the patch and fails while the comparison has nothing for it', () => {
  it('ends the comparison: in place', async () => {
    const task = await localTask({server: ANSWERS_AND_HANGS, patch: 'echo "it is in use" >&2; exit 15'});
    await expect(applyInPlace(task.context, sourceOf(task), IN_PLACE)).rejects.toMatchObject({
      code: 'patcher-failed',
      message: expect.stringContaining('status 15 (the target is in use)'),
      errorLines: ['it is in use'],
    });
    expect(task.context.teller.targetState).toBe('untouched');
  });

  it('ends the comparison of a native client: in place', async () => {
    const scripts = {server: ANSWERS_AND_HANGS, patch: 'echo "it is in use" >&2; exit 15'};
    const task = await localTask(scripts, {client: SILENT_CLIENT});
    await expect(applyInPlace(task.context, sourceOf(task), IN_PLACE)).rejects.toMatchObject({
      code: 'patcher-failed',
      errorLines: ['it is in use'],
    });
    expect(task.context.teller.targetState).toBe('untouched');
  });

  it('ends the comparison: in a file', async () => {
    const task = await localTask({server: ANSWERS_AND_HANGS});
    const missing = throughFile(task, sourceOf(task), join(task.folder, 'no such folder'));
    await expect(missing).rejects.toMatchObject({code: 'patch-dir'});
  });
});

describe.each(FLOWS)('connections that ask for a password: %s', (_, run) => {
  const native: TaskPlan['client'] = {
    kind: 'native',
    program: nativeBdsync ?? '',
    arguments: [],
    options: DEFAULT_DIFF_OPTIONS,
  };
  const clients: [string, Partial<TaskPlan>, boolean][] = [
    ['our client', {}, false],
    [
      nativeBdsync ? 'a native client' : `a native client (skipped: ${NO_NATIVE_BDSYNC})`,
      {client: native},
      !nativeBdsync,
    ],
  ];
  for (const [client, changes, isSkipped] of clients) {
    it.skipIf(isSkipped)(`are made one after the other with ${client}`, async () => {
      const task = await localTask({connection: PROMPT}, changes);
      await run(task);
      expect(await isSynced(task)).toBe(true);
      const prompts = await promptsOf(task);
      expect(prompts.length).toBeGreaterThanOrEqual(4);
      expect(prompts).toEqual(prompts.map((_line, index) => (index % 2 === 0 ? 'asked' : 'answered')));
    });
  }

  it('are one only when the server does not answer', async () => {
    const task = await localTask({connection: PROMPT, server: 'exit 12'});
    await expect(run(task)).rejects.toMatchObject({code: 'server-failed'});
    expect(await promptsOf(task)).toEqual(['asked', 'answered']);
  });
});

describe.each(FLOWS)('a target that is written without a seal: %s', (_, run) => {
  const PATCH = 'printf "%s\\n" "$@" >"${0%/*}/words"; exec $BDSYNC "$@"';

  it('is noted before it is written, and its program asked to mark it', async () => {
    const task = await localTask({patch: PATCH});
    const {path} = task.context.plan.target;
    const before = await sha256(path);
    const found: string[] = [];
    const state = join(task.folder, 'state-there');
    const patchOptions = ['--mark=the run', `--state-dir=${state}`];
    const begin = async (): Promise<void> => void found.push(await sha256(path));
    await run(task, undefined, {...UNMARKED, patchOptions, begin});
    expect(found).toEqual([before]);
    expect(await isSynced(task)).toBe(true);
    expect((await readFile(join(task.folder, 'words'), 'utf8')).split('\n')).toEqual(
      expect.arrayContaining(patchOptions),
    );
    expect(await readdir(join(state, 'incomplete'))).toEqual([]);
  });

  it('is not touched, and nothing is noted, when it is not held any more', async () => {
    const task = await localTask();
    const before = await sha256(task.context.plan.target.path);
    const lost = new TaskError('target-hold-lost', 'the lock was lost');
    const begun: string[] = [];
    const writing: UnsealedWriting = {
      patchOptions: [],
      confirmHold: () => Promise.reject(lost),
      begin: async () => void begun.push('begun'),
    };
    await expect(run(task, undefined, writing)).rejects.toBe(lost);
    expect(begun).toEqual([]);
    expect(await sha256(task.context.plan.target.path)).toBe(before);
    expect(task.context.teller.targetState).toBe('untouched');
  });

  it('is not touched when that cannot be noted', async () => {
    const task = await localTask();
    const before = await sha256(task.context.plan.target.path);
    const full = new StateDirError('state-dir', 'the disk is full');
    await expect(run(task, undefined, {...UNMARKED, begin: () => Promise.reject(full)})).rejects.toBe(full);
    expect(await sha256(task.context.plan.target.path)).toBe(before);
    expect(task.context.teller.targetState).toBe('untouched');
  });
});

describe('a patch file', () => {
  it.each([
    ['a good run', {}],
    ['a failure', {patch: 'exit 8'}],
  ])('is recorded before it is made; of both, nothing is left after %s', async (_, scripts) => {
    const note = 'cp "$here/state/temporary/home.json" "$here/record"; ls "$here/patches" >"$here/made"';
    const connection = `here=\${0%/*}; case "$3" in *"set -C"*) ${note};; esac`;
    const task = await localTask({...scripts, connection});
    await throughFile(task).catch(() => {});
    const record: unknown = JSON.parse(await readFile(join(task.folder, 'record'), 'utf8'));
    expect(record).toMatchObject({records: [{kind: 'file', path: expect.stringContaining('/patches/patch-')}]});
    expect(await readFile(join(task.folder, 'made'), 'utf8')).toBe('');
    expect(await readdir(join(task.folder, 'state', 'temporary'))).toEqual([]);
    expect(await readdir(join(task.folder, 'patches'))).toEqual([]);
  });

  it('is not made when it cannot be recorded, which ends the comparison', async () => {
    const task = await localTask({server: `rm -r "\${0%/*}/state"; ${ANSWERS_AND_HANGS}`});
    await expect(throughFile(task)).rejects.toMatchObject({code: 'state-dir'});
    expect(await readdir(join(task.folder, 'patches'))).toEqual([]);
  });
});

describe('a native client', () => {
  it('is ended when its patch is damaged, instead of awaited', async () => {
    const program = 'sh';
    const task = await localTask(
      {},
      {
        client: {
          kind: 'native',
          program,
          arguments: ['-c', 'echo this is no patch; exec sleep 600'],
          options: DEFAULT_DIFF_OPTIONS,
        },
      },
    );
    await expect(throughFile(task)).rejects.toMatchObject({code: 'invalid-patch'});
    expect(await readdir(join(task.folder, 'patches'))).toEqual([]);
  });

  it('does not hide that the far end speaks something else than the protocol', async () => {
    const banner = 'echo "Welcome to the backup host"; exec $BDSYNC "$@"';
    // It waits for the rest of what it takes for a long message.
    const task = await localTask({server: banner}, {client: SILENT_CLIENT});
    await expect(throughFile(task)).rejects.toMatchObject({
      code: 'server-failed',
      message: expect.stringMatching(/it began with the text "Welcome to the backup host".* on env … for .*t\.img/),
      hint: expect.stringContaining('login shell'),
    });
  });
});

describe('a conversation that breaks', () => {
  it.each([
    ['was ended by a signal', 'kill -KILL $$', /bdsync --server on env … was ended by SIGKILL/],
    ['does not keep to the protocol', 'echo no protocol; cat >/dev/null', /on env … for .*t\.img/],
    ['ended without a word', 'exit 0', /on env … for .*t\.img/],
  ])('is told with its host and its path: the server %s', async (_, server, message) => {
    const task = await localTask({server});
    await expect(applyInPlace(task.context, sourceOf(task), IN_PLACE)).rejects.toMatchObject({
      message: expect.stringMatching(message),
    });
  });
});
