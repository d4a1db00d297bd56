import {describe, expect, it} from 'vitest';
import {expectRepair, lookAtWhatIsLeft} from './after-the-kill.js';
import {type FaultWorld, kill, startFaultWorld} from './fault-world.js';
import {isThorough} from './settings.js';
import {APPLIER_STAGES, FINISHING_STAGES, type Stage} from './stages.js';
import {stopAtStage} from './stop-at-stage.js';
import {strikeAll, strikeCarrier} from './strike.js';

/** What finishes an application, as a run does first of all, or undoes it. */
const FINISHERS: Readonly<Record<string, readonly string[]>> = {
  'a run': [],
  recover: ['recover'],
  'recover --rollback': ['recover', '--rollback'],
};

/** A target between old and new, as a power cut leaves it. */
async function interruptedWorld(): Promise<FaultWorld> {
  const world = await startFaultWorld({way: 'here', flow: 'sealed', stops: true});
  await world.beginNight(1);
  const [writing] = APPLIER_STAGES.filter(({name}) => name === 'the middle of writing');
  if (!writing) throw new Error('there is no such stage');
  const {run} = await stopAtStage(world, writing);
  strikeAll(world);
  expect(await lookAtWhatIsLeft(world, await run.result, [0, 1])).toEqual({image: 'between', isUnfinished: true});
  return world;
}

/** Kills who finishes it, too. */
async function killAgain(stage: Stage, victim: 'itself' | 'all', words: readonly string[]): Promise<void> {
  const done = words.includes('--rollback') ? 0 : 1;
  await using world = await interruptedWorld();
  const {run, stopped} = await stopAtStage(world, stage, ...words);
  if (victim === 'all') strikeAll(world);
  else expect(strikeCarrier(world, stage.at.role, stopped)).toBeGreaterThan(0);
  kill(stopped.pid, 'SIGCONT');
  const left = await lookAtWhatIsLeft(world, await run.result, [0, 1]);
  // What was half written is undone in half as many writes.
  if (stage.target === 'new') expect(left.image).toBe(done);
  await expectRepair(world, 1);
}

describe('a kill while what was begun is finished leaves what the next run repairs', {timeout: 240_000}, () => {
  const finishers = Object.entries(FINISHERS);
  for (const [turn, [finisher, words]] of finishers.entries()) {
    for (const [index, stage] of FINISHING_STAGES.entries()) {
      if (!isThorough && index % finishers.length !== turn) continue;
      const victims = isThorough ? (['itself', 'all'] as const) : ([index % 2 === 0 ? 'all' : 'itself'] as const);
      for (const victim of victims) {
        it(`${finisher}: ${stage.name}; kill ${victim}`, () => killAgain(stage, victim, words));
      }
    }
  }
});
