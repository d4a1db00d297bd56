import {describe, expect, it} from 'vitest';
import {statusOfCode} from '#dist/bdsync/exit-status.js';
import {localHost} from '#dist/hosts/local-host.js';
import {ApplierRefusal, runSealedApplier, type SealedApplication} from '#dist/tasks/programs/sealed-applier.js';
import {TaskError} from '#dist/tasks/task-error.js';
import type {ApplicationRecord} from '#dist/tasks/state/leftover.js';

const confirmHold = (): Promise<void> => Promise.resolve();

/** What comes of an applier that does this in a shell, and has its words in `"$@"`. */
async function outcomeOf(script: string, changes: Partial<SealedApplication> = {}) {
  const record: ApplicationRecord = {
    kind: 'application',
    connection: [],
    quoting: 'auto',
    path: '/srv/patches/patch-1.bdsync',
    targetPath: '/srv/home.img',
    program: ['sh', '-c', script, 'sh'],
    options: ['--diffsize=resize', '--allow-in-use'],
    since: '2024-05-01T02:00:00.000Z',
  };
  const {signal} = new AbortController();
  return await runSealedApplier({record, host: localHost(), mode: 'apply', confirmHold, signal, ...changes});
}

const failureOf = async (script: string, changes: Partial<SealedApplication> = {}): Promise<unknown> =>
  await outcomeOf(script, changes).catch((error: unknown) => error);

const SUCCESS = 'echo "sealed applied extents=3 bytes=12288 read-back=direct"';

describe('an applier', () => {
  it.each([
    ['apply', confirmHold, ['--held', '--diffsize=resize']],
    ['recover', undefined, ['--recover', '--diffsize=resize', '--allow-in-use']],
    ['rollback', undefined, ['--rollback', '--diffsize=resize', '--allow-in-use']],
  ] as const)('is told what to do: %s', async (mode, confirmHold, words) => {
    const script = `echo "$*" >&2; exit 9`;
    expect(await failureOf(script, {mode, confirmHold})).toMatchObject({
      errorLines: [['--patch=/srv/home.img --sealed=/srv/patches/patch-1.bdsync', ...words, '--progress'].join(' ')],
    });
  });

  it.each(['applied', 'recovered', 'unchanged', 'rolled-back', 'untouched'])(
    'that says %s has done that',
    async (kind) => {
      const line = `sealed ${kind} extents=3 bytes=12288 read-back=cached`;
      const outcome = await outcomeOf(`echo "Welcome!"; echo "${line}"`);
      expect(outcome).toEqual({kind, writtenBytes: 12_288, readBack: 'cached'});
    },
  );

  it('tells its progress, which is not among its last words', async () => {
    const told: [number, number][] = [];
    const onProgress = (position: number, size: number): void => void told.push([position, size]);
    await outcomeOf(`echo "PROGRESS:050%,100,500,1000,-,-" >&2; ${SUCCESS}`, {onProgress});
    expect(told).toEqual([[500, 1000]]);
    const failure = await failureOf('echo "PROGRESS:050%,100,500,1000,-,-" >&2; echo "bdsync: no" >&2; exit 6');
    expect(failure).toMatchObject({errorLines: ['bdsync: no']});
  });

  it('is told to begin once, when the target is held and not before', async () => {
    let asked = 0;
    const confirm = async (): Promise<void> => void (asked += 1);
    const script = `echo ready; sleep 0.1; echo more; read -r word; [ "$word" = go ] && ${SUCCESS}`;
    expect(await outcomeOf(script, {confirmHold: confirm})).toMatchObject({kind: 'applied'});
    expect(asked).toBe(1);
  });

  it('is not told to begin where the target is not held any more, and that is the failure', async () => {
    const lost = new TaskError('target-hold-lost', 'the lock was lost', {hint: 'look'});
    const script = `echo ready; read -r word; ${SUCCESS}`;
    const failure = await failureOf(script, {confirmHold: () => Promise.reject(lost)});
    expect(failure).toBeInstanceOf(ApplierRefusal);
    expect(failure).toMatchObject({code: 'target-hold-lost', message: 'the lock was lost', hint: 'look'});
  });

  it.each([
    ['nothing', ':'],
    ['something else', 'echo "sealed somehow"'],
    ['only a part', 'echo "sealed applied extents=3 bytes="'],
  ])('that ends well and says %s has done nothing that is known', async (_, script) => {
    const failure = await failureOf(script);
    expect(failure).toMatchObject({code: 'patcher-failed', message: expect.stringContaining('ended too early')});
    expect(failure).not.toBeInstanceOf(ApplierRefusal);
  });

  it('that was successful and is not believed to be when its status says otherwise', async () => {
    expect(await failureOf(`${SUCCESS}; exit 9`)).toBeInstanceOf(ApplierRefusal);
  });
});

describe('what an applier ended with', () => {
  it.each([
    [statusOfCode('invalid-parameters'), 'no-bdsync', /knows sealed patches/],
    [statusOfCode('invalid-patch'), 'invalid-patch', undefined],
    [statusOfCode('size-mismatch'), 'size-mismatch', undefined],
    [statusOfCode('read'), 'patcher-failed', undefined],
    [statusOfCode('write'), 'patcher-failed', undefined],
    [statusOfCode('io'), 'target-unusable', undefined],
    [statusOfCode('target-locked'), 'target-locked', /let that run end first/],
    [statusOfCode('target-in-use'), 'target-in-use', /allow_target_in_use/],
    [statusOfCode('target-changed'), 'target-changed', /who else writes/],
    [statusOfCode('unfinished'), 'unfinished', /bdsync-manager recover/],
    [statusOfCode('journal'), 'journal', undefined],
    [statusOfCode('patch-unreadable'), 'patch-unreadable', /the disk with the patches/],
  ] as const)('is a refusal with a code of its own: status %i, %s', async (status, code, hint) => {
    const failure = await failureOf(`echo "bdsync: that is why" >&2; exit ${status}`);
    expect(failure).toBeInstanceOf(ApplierRefusal);
    expect(failure).toMatchObject({
      code,
      hint: hint === undefined ? undefined : expect.stringMatching(hint),
      message: expect.stringContaining(
        `bdsync --sealed on this machine for /srv/home.img failed with status ${status}`,
      ),
      errorLines: ['bdsync: that is why'],
    });
  });

  it('is told without the usage of one that knows no seals', async () => {
    const usage = 'echo "bdsync: unrecognized option --sealed" >&2; echo "OPTIONS:" >&2; echo "--server  Run" >&2';
    expect(await failureOf(`${usage}; exit 1`)).toMatchObject({code: 'no-bdsync', errorLines: []});
  });

  it.each([
    ['a status of nobody', 'exit 70', 'patcher-failed'],
    ['what a shell says of a missing program', 'echo "sh: 1: bdsync: not found" >&2; exit 127', 'no-bdsync'],
    ['a signal', 'kill -KILL $$', 'program-ended'],
  ])('is no refusal when it is %s: it may have written', async (_, script, code) => {
    const failure = await failureOf(script);
    expect(failure).toMatchObject({code});
    expect(failure).not.toBeInstanceOf(ApplierRefusal);
  });

  const JOURNAL_FULL = 'bdsync: cannot write the undo journal /srv/patches/patch-1.bdsync.journal.new: no space left';
  const TARGET_FULL =
    'bdsync: cannot write /srv/home.img at position 4096: no space left (/srv/home.img is partly written)';

  it.each([
    ['the journal', JOURNAL_FULL, 'apply', /^make room in \/srv\/patches on that host, .*apply_patch_in_place = yes$/],
    [
      'the journal, by a quota',
      JOURNAL_FULL.replace('no space left', 'disk quota exceeded'),
      'apply',
      /\/srv\/patches/,
    ],
    [
      'the target',
      TARGET_FULL,
      'apply',
      /^make room on the file system of the target: .*recover --rollback undoes it$/,
    ],
    ['the target, again', TARGET_FULL, 'recover', /the next run, or 'bdsync-manager recover', finishes/],
    ['the target, undoing', TARGET_FULL, 'rollback', /^make room on the file system of the target, and undo it again$/],
  ] as const)('tells where room is needed: %s', async (_, line, mode, hint) => {
    const failure = await failureOf(`echo "${line}" >&2; exit ${statusOfCode('write')}`, {mode});
    expect(failure).toBeInstanceOf(ApplierRefusal);
    expect(failure).toMatchObject({code: 'disk-full', hint: expect.stringMatching(hint)});
  });
});
