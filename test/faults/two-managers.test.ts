import {rm, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {taskReportOf} from '../support/reports.js';
import type {ProgramResult} from '../support/spawn-program.js';
import {sshdMissing} from '../support/sshd.js';
import {temporaryFolder} from '../support/temporary-folder.js';
import {until} from '../support/until.js';
import {expectRepair, untilAllEnded} from './after-the-kill.js';
import {type FaultWorldOptions, kill, startFaultWorld} from './fault-world.js';
import {
  APPLIER_STAGES,
  EARLY_STAGES,
  FAR_STAGES,
  HERE_STAGES,
  PATCHER_STAGES,
  type Stage,
  STORING_STAGES,
} from './stages.js';
import {stopAtStage} from './stop-at-stage.js';

const noSshd = sshdMissing();
if (noSshd !== undefined) console.warn(`skipped, ${noSshd}`);

const HELD_HERE = stageNamed(HERE_STAGES, 'the target is held');
const HELD_THERE = stageNamed(FAR_STAGES, 'the target is held');
const SEALED_WRITING = stageNamed(APPLIER_STAGES, 'the middle of writing');
const NOT_YET_STORED = stageNamed(STORING_STAGES, 'the patch is noted, and not begun');
const WRITING_IN_PLACE = stageNamed(PATCHER_STAGES, 'the middle of writing');

/** A program that is to write has found its options, and does not share the lock on the target yet. */
const BEFORE_IT_IS_KEPT: Stage = {
  name: 'the target is about to be kept',
  at: {role: 'patcher', call: 'open', when: 'before', path: '/t\\.img$', count: 1},
  target: 'old',
};

type Meeting = readonly [FaultWorldOptions, Stage];

/** Where a second manager meets the first one: of two configurations here, or of two machines and one target. */
const MEETINGS: readonly Meeting[] = [
  [{way: 'here', flow: 'sealed'}, HELD_HERE],
  [{way: 'here', flow: 'sealed'}, SEALED_WRITING],
  [{way: 'here', flow: 'in place'}, WRITING_IN_PLACE],
  [{way: 'ssh', flow: 'sealed'}, HELD_THERE],
  [{way: 'ssh', flow: 'sealed'}, SEALED_WRITING],
  [{way: 'ssh', flow: 'in place'}, WRITING_IN_PLACE],
];

it('a task that is run twice at once: the second run says who runs it, and leaves the first one alone', async () => {
  await using world = await startFaultWorld({way: 'here', flow: 'sealed', stops: true});
  await world.beginNight(1);
  const {run, stopped} = await stopAtStage(world, stageNamed(EARLY_STAGES, 'the lock is taken'));
  const second = await world.run('--json');
  expect(second.status).toBe(3);
  expect(taskReportOf(second)).toMatchObject({
    failure: {code: 'task-locked', message: expect.stringContaining(`pid ${run.child.pid}`)},
  });
  kill(stopped.pid, 'SIGCONT');
  expect(await run.result).toMatchObject({status: 0});
  expect((await world.target()).equals(world.image(1))).toBe(true);
  expect(await world.leftovers()).toEqual([]);
});

describe('two managers with one target', {timeout: 240_000}, () => {
  for (const [options, stage] of MEETINGS) {
    const {way, flow} = options;
    it.skipIf(way === 'ssh' && noSshd !== undefined)(
      `${flow}, ${way}: at '${stage.name}' the second one is refused, and told who holds it; both in turn succeed`,
      async () => {
        await using world = await startFaultWorld({...options, stops: true});
        await world.beginNight(1);
        const rival = await world.rival(2);
        const {run, stopped} = await stopAtStage(world, stage);
        const refused = await rival.start('--json').result;
        expectRefusal(refused);
        // Who holds it stands in the state folder of its host; two configurations here may have one each.
        const holder = way === 'here' ? 'another program' : `task home of .*pid ${run.child.pid}`;
        expect(taskReportOf(refused)).toMatchObject({
          failure: {message: expect.stringMatching(new RegExp(`held by ${holder}`))},
        });
        kill(stopped.pid, 'SIGCONT');
        expect(await run.result).toMatchObject({status: 0});
        expect((await world.target()).equals(world.image(1))).toBe(true);
        expect(await rival.start().result).toMatchObject({status: 0});
        expect((await world.target()).equals(world.image(2))).toBe(true);
        expect(await world.leftovers()).toEqual([]);
      },
    );
  }

  it('started at the same moment, one succeeds or both in turn; the target is never a mixture', async () => {
    await using world = await startFaultWorld({way: 'connection', flow: 'sealed'});
    await world.beginNight(1);
    const rival = await world.rival(2);
    for (let round = 0; round < 3; round += 1) {
      await world.resetTarget(0);
      const results = await Promise.all([world.start('--json').result, rival.start('--json').result]);
      const succeeded = results.flatMap((result, index) => {
        if (result.status === 0) return [{night: index + 1, endedAt: taskReportOf(result).endedAt}];
        expectRefusal(result);
        return [];
      });
      const last = succeeded.toSorted((a, b) => (a.endedAt < b.endedAt ? -1 : 1)).at(-1);
      expect(last).toBeDefined();
      expect((await world.target()).equals(world.image(last?.night ?? 0))).toBe(true);
      expect(await world.leftovers()).toEqual([]);
    }
  });
});

describe('what was begun, when a second manager has brought the target in step meanwhile', {timeout: 240_000}, () => {
  for (const words of [['recover'], ['recover', '--rollback']]) {
    it(`${words.join(' ')} refuses, and leaves the target to the second one; the next night succeeds`, async () => {
      await using world = await startFaultWorld({way: 'here', flow: 'sealed', stops: true});
      await world.beginNight(1);
      // It changes the same blocks, and others.
      const rival = await world.rival(3);
      const {run} = await stopAtStage(world, SEALED_WRITING);
      for (const {pid} of world.processes()) kill(pid, 'SIGKILL');
      await run.result;
      expect(await rival.start().result).toMatchObject({status: 0});
      const refused = await world.run(...words, '--json');
      expect(refused.status).toBe(3);
      const {applications} = JSON.parse(refused.stdout);
      expect(applications).toMatchObject([
        {state: 'failed', errorLines: [expect.stringContaining('changed by others')]},
      ]);
      expect((await world.target()).equals(world.image(3))).toBe(true);

      const stored = await world.stored();
      const next = await world.run('--json');
      expect(next.status).toBe(0);
      expect(taskReportOf(next)).toMatchObject({notes: [expect.stringContaining('cannot be finished')]});
      expect((await world.target()).equals(world.image(1))).toBe(true);
      // What cannot be used any more is told, and goes by hand.
      expect(await world.stored()).toEqual(stored);
      for (const name of stored) await rm(join(world.folder, 'patches', name));
      await expectRepair(world, 1);
    });
  }
});

describe('a manager that is killed while a program that it has started writes', {timeout: 240_000}, () => {
  for (const [options, stage] of MEETINGS.filter(([, {at}]) => at.call === 'writevSync')) {
    const {way, flow} = options;
    it.skipIf(way === 'ssh' && noSshd !== undefined)(
      `${flow}, ${way}: nobody else gets the target until that one has ended`,
      async () => {
        await using world = await startFaultWorld({...options, stops: true});
        await world.beginNight(1);
        const rival = await world.rival(2);
        const {run, stopped} = await stopAtStage(world, stage);
        run.child.kill('SIGKILL');
        await run.result;
        expectRefusal(await rival.start('--json').result);
        kill(stopped.pid, 'SIGCONT');
        await untilAllEnded(world);
        expect(await rival.start().result).toMatchObject({status: 0});
        expect((await world.target()).equals(world.image(2))).toBe(true);
        await expectRepair(world, 1);
      },
    );
  }
});

describe('a hold that ends while its connection looks alive', {timeout: 240_000}, () => {
  const cases: readonly [string, Omit<FaultWorldOptions, 'way'>, Stage][] = [
    ['sealed', {flow: 'sealed'}, stageNamed(STORING_STAGES, 'the application is noted')],
    ['in place', {flow: 'in place'}, BEFORE_IT_IS_KEPT],
    ['stored', {flow: 'stored', keys: {bdsync_args: '--blocksize=33554432'}}, NOT_YET_STORED],
  ];
  for (const [name, options, stage] of cases) {
    it(`${name}: whoever waits for it does not write what was compared before somebody else wrote`, async () => {
      const connection = join(await temporaryFolder(), 'connection');
      const lines = ['#!/bin/sh', '"$@"', 'status=$?', '[ $status -le 128 ] || exec sleep 600', 'exit $status\n'];
      await writeFile(connection, lines.join('\n'), {mode: 0o755});
      const keys = {...options.keys, connection_command: connection};
      await using world = await startFaultWorld({...options, way: 'connection', stops: true, keys});
      await world.beginNight(1);
      const rival = await world.rival(2);
      const {run, stopped} = await stopAtStage(world, stage);
      const hold = world.processes().find(({role}) => role === 'hold');
      if (!hold) throw new Error('nobody holds the target');
      kill(hold.pid, 'SIGKILL');
      await until('the end of the hold', () => world.processes().every(({pid}) => pid !== hold.pid));
      expect(await rival.start().result).toMatchObject({status: 0});
      expect((await world.target()).equals(world.image(2))).toBe(true);
      kill(stopped.pid, 'SIGCONT');
      const result = await run.result;
      expect(result.status).toBe(3);
      expect(taskReportOf(result)).toMatchObject({
        failure: {
          code: 'target-hold-lost',
          message: expect.stringMatching(/did not tell within 30 seconds that it still holds .*t\.img$/),
          hint: expect.stringContaining('nothing was written'),
          target: {state: 'untouched'},
        },
      });
      expect((await world.target()).equals(world.image(2))).toBe(true);
      await untilAllEnded(world);
      expect(await world.leftovers()).toEqual([]);
      await expectRepair(world, 1);
    });
  }
});

function expectRefusal(result: ProgramResult): void {
  expect(result.status).toBe(3);
  expect(taskReportOf(result)).toMatchObject({failure: {code: 'target-locked', target: {state: 'untouched'}}});
}

function stageNamed(stages: readonly Stage[], name: string): Stage {
  const stage = stages.find((candidate) => candidate.name === name);
  if (!stage) throw new Error(`there is no stage '${name}'`);
  return stage;
}
