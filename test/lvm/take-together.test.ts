import {describe, expect, it} from 'vitest';
import {takeTogether} from '#dist/lvm/take-together.js';
import {reportOf, scriptedLvm, type Step} from '../support/scripted-lvm.js';

const NOTHING: Step = ['lvs', {stdout: '{"report": [{"lv": []}]}'}];
const TAGS = ['bdsync-manager', 'bdsync-manager.run=4f1c'];
const HOME: Step = ['lvs', () => reportOf('group', ['home'])];
const DASH: Step = ['lvs', () => reportOf('group', ['with-dash'])];
const DASH_UUID = 'IEL19v-dHy6-6AI6-0B8Z-MEUZ-nkvS-6ia5Q9';
const CREATED: Step = ['lvcreate', {}];
const OWN_HOME: Step = ['lvs', () => reportOf('group', ['home-snapshot'])];
const OWN_DASH: Step = [
  'lvs',
  () => reportOf('group', ['home-snapshot'], {lv_name: 'dash-snapshot', origin_uuid: DASH_UUID, origin: 'with-dash'}),
];

/** Of /dev/vg0/home and /dev/vg0/with-dash. */
function together(steps: readonly Step[], around?: (create: () => Promise<void>) => Promise<void>) {
  const {lvm, calls} = scriptedLvm(steps);
  const controller = new AbortController();
  const common = {lvm, size: '8M', tags: TAGS, signal: controller.signal};
  const requests = [
    {...common, sourcePath: '/dev/vg0/home', name: 'home-snapshot'},
    {...common, sourcePath: '/dev/vg0/with-dash', name: 'dash-snapshot'},
  ];
  const commands = () => calls.map(({words}) => words[0]);
  return {taken: takeTogether(requests, around), commands, controller};
}

describe('takeTogether', () => {
  it('runs one lvcreate right after the other', async () => {
    const {taken, commands} = together([HOME, DASH, CREATED, CREATED, OWN_HOME, OWN_DASH]);
    const {outcomes, spanMs} = await taken;
    expect(outcomes).toMatchObject([
      {status: 'fulfilled', value: {name: 'home-snapshot'}},
      {status: 'fulfilled', value: {name: 'dash-snapshot'}},
    ]);
    expect(commands()).toEqual(['lvs', 'lvs', 'lvcreate', 'lvcreate', 'lvs', 'lvs']);
    expect(spanMs).toBeGreaterThan(0);
  });

  it('has one thing done before the first and one behind the last', async () => {
    const story: string[] = [];
    const told = (command: string): Step => [
      command,
      () => {
        story.push(command);
        return {};
      },
    ];
    const {taken} = together([HOME, DASH, told('lvcreate'), told('lvcreate'), OWN_HOME, OWN_DASH], async (create) => {
      story.push('freeze');
      await create();
      story.push('thaw');
    });
    await taken;
    expect(story).toEqual(['freeze', 'lvcreate', 'lvcreate', 'thaw']);
  });

  it('takes the others when one cannot be taken', async () => {
    const full: Step = ['lvcreate', {status: 5, stderr: '  insufficient free space: 2 extents needed\n'}];
    const {outcomes} = await together([HOME, DASH, full, CREATED, NOTHING, OWN_DASH]).taken;
    expect(outcomes).toMatchObject([
      {status: 'rejected', reason: {code: 'volume-group-full'}},
      {status: 'fulfilled', value: {name: 'dash-snapshot'}},
    ]);
  });

  it('does nothing around the creation when there is none', async () => {
    const lost: Step = ['lvs', new Error('no answer')];
    const {outcomes} = await together([lost, lost], () => expect.unreachable()).taken;
    expect(outcomes.map(({status}) => status)).toEqual(['rejected', 'rejected']);
  });

  it('takes none when what comes before fails, and removes what was taken when what comes behind does', async () => {
    const failing = together([HOME, DASH, NOTHING, NOTHING], () => Promise.reject(new Error('cannot freeze')));
    for (const outcome of (await failing.taken).outcomes)
      expect(outcome).toMatchObject({status: 'rejected', reason: {message: 'cannot freeze'}});
    expect(failing.commands()).not.toContain('lvcreate');

    const removed: readonly Step[] = [OWN_HOME, ['lvremove', {}], NOTHING, OWN_DASH, ['lvremove', {}], NOTHING];
    const steps = [HOME, DASH, CREATED, CREATED, OWN_HOME, OWN_DASH, ...removed];
    const late = together(steps, async (create) => {
      await create();
      throw new Error('cannot thaw');
    });
    for (const outcome of (await late.taken).outcomes)
      expect(outcome).toMatchObject({status: 'rejected', reason: {message: 'cannot thaw'}});
    expect(late.commands()).toHaveLength(steps.length);
  });

  it('creates no more after an abort, and leaves nothing', async () => {
    const stop: Step = [
      'lvcreate',
      () => {
        run.controller.abort(new Error('told to stop'));
        return {};
      },
    ];
    const run = together([HOME, DASH, stop, OWN_HOME, OWN_HOME, ['lvremove', {}], NOTHING]);
    for (const outcome of (await run.taken).outcomes)
      expect(outcome).toMatchObject({status: 'rejected', reason: {message: 'told to stop'}});
  });
});
