import {mkdir, readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import type {SnapshotHooks} from '#dist/tasks/config/task-config.js';
import {openConsistentSource, removeLeftSnapshot} from '#dist/tasks/ends/snapshot.js';
import {Teller} from '#dist/tasks/task-context.js';
import type {SnapshotRecord} from '#dist/tasks/state/leftover.js';
import {Leftovers} from '#dist/tasks/state/leftovers.js';
import {type Call, reportOf, scriptedLvm, type Step} from '../../support/scripted-lvm.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

const UUID = 'G5kP1p-eBSZ-fx04-zpiN-eQhF-oNoE-GPyuWm';
const ORIGIN = 'vYL4sa-aAMq-2hoZ-7g7U-yxYz-2MVE-2tboUf';
const VOLUME = {vg: 'vg0', name: 'home-snapshot', originUuid: ORIGIN};
const NOTHING = {stdout: '{"report": [{"lv": []}]}'};
const FOUND: Step = ['lvs', () => reportOf('group', ['home'])];
const GONE: Step = ['lvs', NOTHING];

const left = (changes: Readonly<Record<string, string>> = {}): Step => [
  'lvs',
  () => reportOf('group', ['home-snapshot'], changes),
];

/** A run of a task, with an LVM that does as told; `own` is a look that finds the snapshot which this run made. */
async function run(hooks?: SnapshotHooks) {
  const stateDir = await temporaryFolder();
  const leftovers = await Leftovers.open(stateDir, 'home-1');
  const controller = new AbortController();
  let tags: string[] = [];
  const created =
    (answer: object | Error = {}, records = 1): ((call: Call) => Promise<object | Error>) =>
    async ({words}) => {
      tags = words.flatMap((word, index) => (words[index - 1] === '--addtag' ? [word] : []));
      const [record, ...others] = await recorded();
      expect(record).toEqual({kind: 'snapshot', programPath: '/sbin/lvm', tags, volume: VOLUME});
      expect(others).toHaveLength(records - 1);
      return answer;
    };
  const own = (changes: Readonly<Record<string, string>> = {}): Step => [
    'lvs',
    () => reportOf('group', ['home-snapshot'], {lv_tags: tags.join(','), ...changes}),
  ];
  /** As the next run finds it. */
  const recorded = async () => (await Leftovers.open(stateDir, 'home-1')).list();
  const open = (...steps: Step[]) =>
    openConsistentSource(
      {
        sourcePath: '/dev/vg0/home',
        snapshot: {name: 'home-snapshot', size: '8M', programPath: '/sbin/lvm', autoextend: undefined, hooks},
        task: 'home',
        taskId: 'home-1',
        leftovers,
        teller: new Teller('home', () => {}),
        signal: controller.signal,
      },
      () => scriptedLvm(steps).lvm,
    );
  return {open, own, created, recorded, controller, stateDir, tags: () => tags};
}

describe('a source that is read through a snapshot', () => {
  it('is recorded before it is made, and not any more when it is removed', async () => {
    const {open, own, created, recorded, tags} = await run();
    const source = await open(FOUND, ['lvcreate', created()], own(), own(), ['lvremove', {}], GONE);
    expect(source.path).toBe('/dev/vg0/home-snapshot');
    expect(tags()).toEqual([
      'bdsync-manager',
      'bdsync-manager.task=home',
      'bdsync-manager.id=home-1',
      expect.stringMatching(/^bdsync-manager\.run=[0-9a-f-]{36}$/),
    ]);
    expect(await recorded()).toMatchObject([{tags: tags(), volume: {...VOLUME, uuid: UUID}}]);
    await source[Symbol.asyncDispose]();
    expect(await recorded()).toEqual([]);
  });

  it('stays recorded when it cannot be removed', async () => {
    const {open, own, created, recorded} = await run();
    const source = await open(FOUND, ['lvcreate', created()], own(), ['lvs', new Error('no answer')]);
    await expect(source[Symbol.asyncDispose]()).rejects.toThrow('no answer');
    expect(await recorded()).toHaveLength(1);
  });

  it('is not recorded when there is nothing to make one of, and nothing is looked for', async () => {
    const {open, recorded} = await run();
    await expect(open(['lvs', new Error('no LVM here')])).rejects.toThrow('no LVM here');
    expect(await recorded()).toEqual([]);
  });

  it('is not kept when its uuid cannot be recorded', async () => {
    const {open, own, created, recorded, stateDir} = await run();
    const blocked: Step = [
      'lvs',
      async (call) => {
        await mkdir(join(stateDir, 'temporary', 'home-1.json.new'));
        const [, answer] = own();
        return typeof answer === 'function' ? await answer(call) : answer;
      },
    ];
    const opening = open(FOUND, ['lvcreate', created()], blocked, own(), ['lvremove', {}], GONE);
    await expect(opening).rejects.toMatchObject({code: 'state-dir'});
    expect(await recorded()).toEqual([]);
  });

  it('is not recorded any more when lvcreate failed and left nothing', async () => {
    const {open, created, recorded} = await run();
    const failed = created({status: 5, stderr: '  insufficient free space: 2 extents needed\n'});
    await expect(open(FOUND, ['lvcreate', failed], GONE, GONE)).rejects.toMatchObject({code: 'volume-group-full'});
    expect(await recorded()).toEqual([]);
  });

  it('stays recorded when a killed lvcreate left a volume that is no snapshot yet', async () => {
    const {open, own, created, recorded} = await run();
    const half = own({origin: '', origin_uuid: ''});
    const killed = created(new Error('lvcreate was ended by SIGKILL'));
    await expect(open(FOUND, ['lvcreate', killed], half, half)).rejects.toThrow('lvcreate was ended by SIGKILL');
    expect(await recorded()).toHaveLength(1);
  });

  it('stays recorded when nobody can tell what a killed lvcreate left', async () => {
    const {open, created, recorded} = await run();
    const lost: Step = ['lvs', new Error('no answer')];
    const killed = created(new Error('lvcreate was ended by SIGKILL'));
    await expect(open(FOUND, ['lvcreate', killed], lost, lost)).rejects.toThrow('lvcreate was ended by SIGKILL');
    expect(await recorded()).toHaveLength(1);
  });

  it('has its hooks right around lvcreate, when everything is recorded already', async () => {
    const folder = await temporaryFolder();
    const mark = (name: string): string[] => ['touch', join(folder, name)];
    const {open, recorded} = await run({before: mark('b'), after: mark('a'), timeoutMs: 60_000});
    const creation: Step = [
      'lvcreate',
      async () => {
        expect(await readdir(folder)).toEqual(['b']);
        const [snapshot, hook, ...more] = await recorded();
        expect([hook, more]).toMatchObject([{kind: 'after-snapshot', snapshotName: 'home-snapshot'}, []]);
        expect(snapshot).toMatchObject({kind: 'snapshot'});
        return {};
      },
    ];
    const look: Step = [
      'lvs',
      async () => {
        expect(await readdir(folder)).toEqual(['a', 'b']);
        return await reportOf('group', ['home-snapshot']);
      },
    ];
    // It carries other tags, so that it is not the one.
    await expect(open(FOUND, creation, look, GONE)).rejects.toMatchObject({code: 'snapshot-lost'});
    expect(await recorded()).toEqual([]);
  });

  it('is not taken, nor recorded any more, when the hook before it fails', async () => {
    const {open, recorded} = await run({before: ['false'], after: undefined, timeoutMs: 60_000});
    await expect(open(FOUND, GONE)).rejects.toMatchObject({code: 'snapshot-hook'});
    expect(await recorded()).toEqual([]);
  });

  it('is good when the hook behind it fails', async () => {
    const {open, own, created} = await run({before: undefined, after: ['false'], timeoutMs: 60_000});
    const noted: Step = ['lvcreate', async (call) => await created({}, 2)(call)];
    const source = await open(FOUND, noted, own(), own(), ['lvremove', {}], GONE);
    expect(source.afterFailure).toMatchObject({message: 'after_snapshot (false) ended with status 1'});
    await source[Symbol.asyncDispose]();
  });

  it('is removed, and not recorded any more, after an abort', async () => {
    const {open, own, created, recorded, controller} = await run();
    const stop: Step = [
      'lvcreate',
      async (call) => {
        controller.abort(new Error('told to stop'));
        return await created()(call);
      },
    ];
    await expect(open(FOUND, stop, own(), own(), ['lvremove', {}], GONE, GONE)).rejects.toThrow('told to stop');
    expect(await recorded()).toEqual([]);
  });
});

describe('the snapshot of a run that was killed', () => {
  const RECORD: SnapshotRecord = {
    kind: 'snapshot',
    programPath: '/sbin/lvm',
    tags: ['bdsync-manager', 'bdsync-manager.run=4f1c'],
  };
  const PLANNED: SnapshotRecord = {...RECORD, volume: VOLUME};
  const COMPLETE: SnapshotRecord = {...RECORD, volume: {...VOLUME, uuid: UUID}};
  const {signal} = new AbortController();

  it('is removed by its tags, also by a record that an earlier version wrote', async () => {
    const {lvm, calls} = scriptedLvm([left(), left(), ['lvremove', {}], GONE]);
    expect(await removeLeftSnapshot(RECORD, signal, () => lvm)).toEqual(['vg0/home-snapshot']);
    expect(calls[2]?.words).toContain(
      `lv_uuid="${UUID}" && lv_name="home-snapshot" && origin_uuid="${ORIGIN}" && lv_tags="bdsync-manager"` +
        ' && lv_tags="bdsync-manager.run=4f1c"',
    );
  });

  it('is removed when all is as recorded', async () => {
    const {lvm} = scriptedLvm([left(), left(), ['lvremove', {}], GONE]);
    expect(await removeLeftSnapshot(COMPLETE, signal, () => lvm)).toEqual(['vg0/home-snapshot']);
  });

  it('is gone when nothing carries its tags', async () => {
    const {lvm} = scriptedLvm([left({lv_tags: 'bdsync-manager,bdsync-manager.run=other', lv_uuid: 'other'})]);
    expect(await removeLeftSnapshot(COMPLETE, signal, () => lvm)).toEqual([]);
  });

  const WHAT = 'as it is not what was created:';
  it.each([
    ['is no snapshot', RECORD, {origin: '', origin_uuid: ''}, 'it is no snapshot, as if its creation had been cut off'],
    ['was made another volume', COMPLETE, {origin: '', origin_uuid: ''}, 'it is not a snapshot of the same volume'],
    ['is of another origin', COMPLETE, {origin_uuid: 'other'}, 'it is not a snapshot of the same volume'],
    ['is another volume', COMPLETE, {lv_uuid: 'other'}, `its uuid is not ${UUID}`],
    ['is in another group', COMPLETE, {vg_name: 'vg1'}, 'its group was vg0'],
    ['was renamed', COMPLETE, {lv_name: 'kept'}, 'its name was home-snapshot'],
    ['was renamed before its uuid was known', PLANNED, {lv_name: 'kept'}, 'its name was home-snapshot'],
    [
      'lost its tags before its uuid was known',
      PLANNED,
      {lv_tags: ''},
      `it does not carry the tags ${RECORD.tags.join(', ')}`,
    ],
    ['lost its tags', COMPLETE, {lv_tags: 'keep'}, `it does not carry the tags ${RECORD.tags.join(', ')}`],
  ])('is left alone, and told of, when it %s', async (_what, record, changes, difference) => {
    const {lvm} = scriptedLvm([left(changes)]);
    const removal = removeLeftSnapshot(record, signal, () => lvm);
    const name = `${'vg_name' in changes ? 'vg1' : 'vg0'}/${'lv_name' in changes ? 'kept' : 'home-snapshot'}`;
    await expect(removal).rejects.toMatchObject({
      code: 'snapshot-not-ours',
      message: `left ${name} alone, ${WHAT} ${difference}`,
      hint: `if nobody needs it: lvremove ${name}`,
    });
  });
});
