import {describe, expect, it} from 'vitest';
import {sshdMissing} from '../support/sshd.js';
import {expectRepair, lookAtWhatIsLeft} from './after-the-kill.js';
import {type FaultWorldOptions, kill, startFaultWorld} from './fault-world.js';
import {isThorough} from './settings.js';
import type {Stage} from './stages.js';
import {stopAtStage} from './stop-at-stage.js';
import {strikeCarrier, type Victim} from './strike.js';
import {allTrials, someTrials} from './trials.js';

const noSshd = sshdMissing();
if (noSshd !== undefined) console.warn(`skipped, ${noSshd}`);

/** Kills somebody when a run has come to a stage, and has the next run repair what that leaves. */
async function killAt(stage: Stage, victim: Victim, options: FaultWorldOptions): Promise<void> {
  await using world = await startFaultWorld({...options, stops: true});
  await world.beginNight(1);
  const {run, stopped} = await stopAtStage(world, stage);
  const target = await world.target();
  const nights = {old: [0], new: [1], between: []}[stage.target];
  expect(nights.length === 0 || nights.some((night) => world.image(night).equals(target))).toBe(true);
  expect(strikeCarrier(world, victim, stopped)).toBeGreaterThan(0);
  kill(stopped.pid, 'SIGCONT');
  const left = await lookAtWhatIsLeft(world, await run.result, [0, 1]);
  // What is dead does not go on.
  if (victim === 'all' || victim === stage.at.role) {
    expect(left.image).toBe({old: 0, new: 1, between: 'between'}[stage.target]);
  }
  await expectRepair(world, 1);
}

const trials = isThorough ? allTrials() : someTrials();

describe('a kill at a stage leaves the old image, the new one, or what the next run repairs', {
  timeout: 240_000,
}, () => {
  for (const {stage, victim, options} of trials) {
    const {way, flow, sizes = 'equal'} = options;
    const name = `${flow}, ${way}${sizes === 'equal' ? '' : `, ${sizes}`}: ${stage.name}; kill ${victim}`;
    it.skipIf(way === 'ssh' && noSshd !== undefined)(name, () => killAt(stage, victim, options));
  }
});
