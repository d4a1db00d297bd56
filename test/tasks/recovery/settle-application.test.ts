import {mkdir, readdir, rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {settleApplication} from '#dist/tasks/recovery/settle-application.js';
import type {ApplicationRecord} from '#dist/tasks/state/leftover.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {localTask} from '../../support/local-task.js';

const NO_ROOM = 'echo "bdsync: cannot write the undo journal: no space left" >&2; exit 9';

interface Begun {
  readonly hasJournal?: boolean;
  readonly givenUp?: Pick<ApplicationRecord, 'wholeSince' | 'isObsolete'>;
}

/** An application that an interrupted run noted, and what an applier does about it now. */
async function begun(applier: string, {hasJournal = false, givenUp = {}}: Begun = {}) {
  const {folder, context} = await localTask({patch: `journal="\${2#--sealed=}.journal"; ${applier}`});
  const {plan, host, signal} = context;
  await mkdir(join(folder, 'patches'));
  const path = join(folder, 'patches', 'patch-1.bdsync');
  await writeFile(path, '');
  if (hasJournal) await writeFile(`${path}.journal`, '');
  const leftovers = await Leftovers.open(plan.stateDir, 'home');
  const {connection, quoting, path: targetPath} = plan.target;
  const since = '2024-05-01T02:00:00.000Z';
  const common = {kind: 'application', connection, quoting, targetPath, program: plan.targetProgram} as const;
  const record: ApplicationRecord = {...common, path, options: [], since, ...givenUp};
  await leftovers.add(record);
  return {
    folder,
    noted: () => leftovers.list(),
    settle: (mode: 'recover' | 'rollback') => settleApplication({host, record, plan, leftovers, mode, signal}),
    stored: async () => (await readdir(join(folder, 'patches'))).toSorted(),
    isNoted: () => leftovers.list().length > 0,
  };
}

describe('an application that was noted', () => {
  it.each([
    ['there is no room for its journal', NO_ROOM],
    ['its target has changed', 'exit 16'],
    ['its patch is damaged', 'exit 2'],
  ])('and has no journal is discarded when %s: nobody knows whether it began', async (_, applier) => {
    const {settle, stored, noted} = await begun(`echo "bdsync: that is why" >&2; ${applier}`);
    const settled = await settle('recover');
    expect(settled).toMatchObject({
      kind: 'discarded',
      why: {errorLines: expect.arrayContaining(['bdsync: that is why'])},
    });
    // It makes room.
    expect(await stored()).toEqual([]);
    expect(noted()).toMatchObject([{kind: 'incomplete', cause: 'lost', since: '2024-05-01T02:00:00.000Z'}]);
  });

  it('and was applied as a whole cannot be undone, which is said with what settles it', async () => {
    const {settle, isNoted, noted} = await begun('exit 18');
    await expect(settle('rollback')).rejects.toMatchObject({
      hint: expect.stringMatching(/'bdsync-manager recover' without --rollback settles it/),
    });
    expect(isNoted()).toBe(true);
    expect(await settle('recover')).toMatchObject({kind: 'discarded'});
    expect(noted()).toMatchObject([{kind: 'incomplete'}]);
  });

  it.each([
    ['the target has no room', NO_ROOM.replace('the undo journal', 't.img'), 'disk-full'],
    ['the target has changed', 'exit 16', 'target-changed'],
  ])('and began is kept when %s', async (_, applier, code) => {
    const {settle, stored, isNoted} = await begun(applier, {hasJournal: true});
    await expect(settle('recover')).rejects.toMatchObject({code});
    expect(await stored()).toEqual(['patch-1.bdsync', 'patch-1.bdsync.journal']);
    expect(isNoted()).toBe(true);
  });

  it.each([
    [
      'can be undone still, which is said, when its patch is damaged',
      'echo "bdsync: it is damaged (it cannot be finished: --rollback undoes it)" >&2; exit 2',
      /^'bdsync-manager recover --rollback' /,
    ],
    ['cannot be undone either when its patch was cut off', 'exit 2', /^if nobody needs what was there before/],
    ['cannot be undone either when its journal is damaged', 'exit 18', /^if nobody needs what was there before/],
  ])('and began %s', async (_, applier, hint) => {
    const {settle} = await begun(applier, {hasJournal: true});
    await expect(settle('recover')).rejects.toMatchObject({hint: expect.stringMatching(hint)});
    await expect(settle('rollback')).rejects.toMatchObject({hint: expect.stringMatching(/^if nobody needs/)});
  });

  it.each([
    ['was made whole since', {wholeSince: '2024-05-02T02:00:00.000Z'}],
    ['may have been written since', {isObsolete: true}],
  ])('on a target that %s is not tried again, and forgotten when its files are gone', async (_, givenUp) => {
    const {settle, noted, folder} = await begun('touch "$(dirname "$0")/tried"', {hasJournal: true, givenUp});
    for (const mode of ['recover', 'rollback'] as const) {
      await expect(settle(mode)).rejects.toMatchObject({
        code: 'journal',
        message: expect.stringContaining('not written over'),
        hint: expect.stringMatching(/^if nobody needs/),
      });
    }
    expect(noted()).toMatchObject([givenUp]);
    // That may be a file system that is not mounted.
    await rm(join(folder, 'patches'), {recursive: true});
    await expect(settle('recover')).rejects.toMatchObject({
      code: 'patch-dir',
      message: expect.not.stringContaining('partly written'),
      hint: expect.stringContaining('make an empty file '),
    });
    expect(noted()).toMatchObject([givenUp]);
    await mkdir(join(folder, 'patches'));
    expect(await settle('recover')).toMatchObject({kind: 'untouched', stays: undefined});
    expect(noted()).toEqual([]);
    expect(await readdir(folder)).not.toContain('tried');
  });

  it('is not forgotten while its folder is not there', async () => {
    const {settle, isNoted, folder} = await begun('exit 0');
    await rm(join(folder, 'patches'), {recursive: true});
    await expect(settle('recover')).rejects.toMatchObject({code: 'patch-dir'});
    expect(isNoted()).toBe(true);
  });

  it('is not forgotten when its files go out of sight while it is looked after', async () => {
    const {settle, isNoted, folder} = await begun('touch "$journal"; mv "${journal%/*}" "${journal%/*}.away"; exit 16');
    await expect(settle('recover')).rejects.toMatchObject({
      code: 'patch-dir',
      message: expect.stringContaining('may be partly written'),
    });
    expect(isNoted()).toBe(true);
    expect((await readdir(join(folder, 'patches.away'))).toSorted()).toEqual([
      'patch-1.bdsync',
      'patch-1.bdsync.journal',
    ]);
  });

  it.each([
    ['its target cannot be opened', 12, 'target-unusable'],
    ['its patch or journal cannot be read', 19, 'patch-unreadable'],
    ['no bdsync of ours is there any more', 1, 'no-bdsync'],
  ])('is kept when %s, begun or not: that may pass', async (_, status, code) => {
    for (const hasJournal of [false, true]) {
      const {settle, isNoted, stored} = await begun(`exit ${status}`, {hasJournal});
      await expect(settle('recover')).rejects.toMatchObject({
        code,
        hint: expect.stringMatching(/if nobody needs what was there before, remove .*: a run compares anew/),
      });
      expect(isNoted()).toBe(true);
      expect(await stored()).toContain('patch-1.bdsync');
    }
  });

  it('that is done is done, also where its patch cannot be removed, which is told and noted', async () => {
    const {settle, noted, folder} = await begun(
      'rm "${journal%.journal}"; mkdir "${journal%.journal}"; echo "sealed applied extents=1 bytes=9 read-back=direct"',
    );
    const path = join(folder, 'patches', 'patch-1.bdsync');
    expect(await settle('recover')).toMatchObject({
      kind: 'applied',
      stays: expect.stringMatching(/^cannot remove .*patch-1\.bdsync on env .*: .*directory/),
    });
    expect(noted()).toMatchObject([{kind: 'file', path}]);
  });

  it('and begins only now is kept when the target has no room', async () => {
    const {settle, stored, isNoted} = await begun(`touch "$journal"; ${NO_ROOM.replace('the undo journal', 't.img')}`);
    await expect(settle('recover')).rejects.toMatchObject({
      code: 'disk-full',
      hint: expect.stringContaining('file system of the target'),
    });
    expect(await stored()).toEqual(['patch-1.bdsync', 'patch-1.bdsync.journal']);
    expect(isNoted()).toBe(true);
  });

  it('is not forgotten for want of room by somebody who asks to undo it', async () => {
    const {settle, stored, isNoted} = await begun(NO_ROOM);
    await expect(settle('rollback')).rejects.toMatchObject({code: 'disk-full'});
    expect(await stored()).toEqual(['patch-1.bdsync']);
    expect(isNoted()).toBe(true);
  });
});

it('what is beside a patch that was removed already goes, and the note says that the target is incomplete', async () => {
  const {folder, context} = await localTask();
  const record: ApplicationRecord = {
    kind: 'application',
    connection: [],
    quoting: 'auto',
    path: join(folder, 'patch-1.bdsync'),
    targetPath: join(folder, 't.img'),
    program: ['false'],
    options: [],
    since: '2026-01-01T00:00:00.000Z',
  };
  await writeFile(`${record.path}.journal.new`, 'the beginning of a journal');
  const leftovers = await Leftovers.open(join(folder, 'state'), 'home-1');
  await leftovers.add(record);
  const {host, plan, signal} = context;
  const settled = await settleApplication({host, plan, signal, record, leftovers, mode: 'recover'});
  expect(settled).toEqual({kind: 'gone'});
  expect((await readdir(folder)).filter((name) => name.startsWith('patch-'))).toEqual([]);
  const {connection, quoting, targetPath, since} = record;
  expect(leftovers.list()).toEqual([{kind: 'incomplete', connection, quoting, targetPath, since, cause: 'lost'}]);
});
