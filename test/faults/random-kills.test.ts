import {cp} from 'node:fs/promises';
import {basename, join} from 'node:path';
import {afterAll, describe, expect, it} from 'vitest';
import {nativeBdsync, NO_NATIVE_BDSYNC} from '../support/native-bdsync.js';
import {sshdMissing} from '../support/sshd.js';
import {expectRepair, type Left, lookAtWhatIsLeft} from './after-the-kill.js';
import {type FaultWorld, type FaultWorldOptions, startFaultWorld} from './fault-world.js';
import {KillTally} from './kill-tally.js';
import {drawKill, measureLives, runAndKill} from './random-kill.js';
import {SeededRandom} from './seeded-random.js';
import {keepFolder, killsOfRuns, seed} from './settings.js';
import type {Victim} from './strike.js';

const noSshd = sshdMissing();
if (noSshd !== undefined) console.warn(`skipped, ${noSshd}`);
if (nativeBdsync === undefined) console.warn(`skipped, ${NO_NATIVE_BDSYNC}`);

/** So many nights at most are interrupted before one is not. */
const LONGEST_CHAIN = 3;
/** Then the images begin anew: each night's is made of all before. */
const LAST_NIGHT = 6;

/** Of the applications that can be undone. */
const UNDONE_SHARE = 0.3;

interface Surroundings extends FaultWorldOptions {
  readonly victims: readonly Victim[];
  readonly skip?: boolean;
}

const FAR: readonly Victim[] = ['manager', 'all', 'server', 'hold'];
const OVER_SSH: readonly Victim[] = [...FAR, 'ssh', 'sshd'];
const noSsh = noSshd !== undefined;
const NATIVE = {remote_bdsync_bin: nativeBdsync ?? '', local_bdsync_bin: nativeBdsync ?? ''};
const noNative = nativeBdsync === undefined;

const SURROUNDINGS: readonly Surroundings[] = [
  {way: 'here', flow: 'sealed', sizes: 'equal', victims: ['manager', 'all', 'applier', 'storing']},
  {way: 'connection', flow: 'sealed', sizes: 'growing', victims: [...FAR, 'applier', 'storing']},
  {way: 'ssh', flow: 'sealed', sizes: 'shrinking', victims: [...OVER_SSH, 'applier', 'storing'], skip: noSsh},
  {way: 'here', flow: 'in place', sizes: 'growing', victims: ['manager', 'all', 'patcher']},
  {way: 'ssh', flow: 'in place', sizes: 'equal', victims: [...OVER_SSH, 'patcher'], skip: noSsh},
  {
    way: 'connection',
    flow: 'stored',
    keys: NATIVE,
    victims: ['manager', 'all', 'client', 'server', 'storing', 'patcher'],
    skip: noNative,
  },
  {
    way: 'connection',
    flow: 'in place',
    keys: NATIVE,
    victims: ['manager', 'all', 'client', 'server', 'patcher'],
    skip: noNative,
  },
];

const tally = new KillTally();
afterAll(() => console.log(`kills of whole runs, BDSYNC_FAULT_SEED=${seed}\n${tally.text()}`));

describe(`kills at random moments of a run (BDSYNC_FAULT_SEED=${seed})`, () => {
  const share = Math.ceil(killsOfRuns / SURROUNDINGS.length);
  for (const [index, surroundings] of SURROUNDINGS.entries()) {
    const {way, flow, sizes = 'equal', keys, skip = false} = surroundings;
    const programs = keys === undefined ? '' : ', with the original program';
    it.skipIf(skip)(
      `${flow}, ${way}, ${sizes} sizes${programs}: ${share} kills`,
      {timeout: 60_000 + share * 30_000},
      () => killNights(surroundings, share, new SeededRandom(seed + index)),
    );
  }
});

/** Runs night after night, kills somebody in most of them, and looks each time. */
async function killNights({victims, ...options}: Surroundings, count: number, random: SeededRandom): Promise<void> {
  await using world = await startFaultWorld(options);
  const story: string[] = [];
  try {
    await killNightsOf(world, {victims, count, random, story});
  } catch (error) {
    if (keepFolder !== undefined) await cp(world.folder, join(keepFolder, basename(world.folder)), {recursive: true});
    throw new Error(`after\n${story.join('\n')}`, {cause: error});
  }
}

interface Nights {
  readonly victims: readonly Victim[];
  readonly count: number;
  readonly random: SeededRandom;
  /** What happened since the target was in step, told for an error. */
  readonly story: string[];
}

async function killNightsOf(world: FaultWorld, {victims, count, random, story}: Nights): Promise<void> {
  await world.beginNight(1);
  const {result, lives} = await measureLives(world);
  expect(result).toMatchObject({status: 0});
  let night = 1;
  /** Those whose images the target may have; the last one is that of the source. */
  let nights = [night];
  let done = 0;
  while (done < count) {
    if (night === LAST_NIGHT) {
      await world.resetTarget(0);
      night = 0;
      nights = [night];
    }
    let left: Left | undefined;
    story.length = 0;
    const links = 1 + random.below(LONGEST_CHAIN);
    for (let link = 0; link < links && done < count; link += 1) {
      // Most often the source has changed since the night before.
      if (link === 0 || (night < LAST_NIGHT && random.next() < 0.6)) {
        night += 1;
        await world.beginNight(night);
        nights = [...nights, night];
      }
      const drawn = drawKill(random, victims, lives);
      const {isHit, result} = await runAndKill(world, drawn);
      story.push(`night ${night}: ${JSON.stringify({...drawn, isHit, status: result.status})}`);
      left = await lookAtWhatIsLeft(world, result, nights);
      story.push(`  ${JSON.stringify(left)}`);
      if (!isHit) expect(result).toMatchObject({status: 0});
      if (isHit) done += 1;
      tally.add(drawn.victim, isHit ? outcomeOf(left, night) : 'missed');
      // What is unfinished can be undone, whatever it looks like now. An application that was noted and has no journal yet
      // may still bring the image of a night between that of the target and that of the source.
      const {image, isUnfinished} = left;
      if (image !== 'between' && !isUnfinished) nights = nights.filter((each) => each >= image);
    }
    if (left?.isUnfinished && random.next() < UNDONE_SHARE) {
      story.push('undone');
      await undo(world, nights);
    }
    await expectRepair(world, night);
    nights = [night];
  }
}

function outcomeOf({image, isUnfinished}: Left, night: number): string {
  const state = image === 'between' ? 'between' : image === night ? 'new' : 'old';
  return isUnfinished ? `${state} with a journal` : state;
}

async function undo(world: FaultWorld, nights: readonly number[]): Promise<void> {
  const result = await world.run('recover', '--rollback');
  expect(result).toMatchObject({status: 0, stdout: expect.stringContaining('undone')});
  const left = await lookAtWhatIsLeft(world, {...result, status: undefined}, nights);
  expect(left).toMatchObject({image: expect.any(Number), isUnfinished: false});
}
