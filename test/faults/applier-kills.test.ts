import {readdir, writeFile} from 'node:fs/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {afterAll, describe, expect, it} from 'vitest';
import {BDSYNC, type ProgramResult, type RunningProgram, startProgram} from '../support/spawn-program.js';
import {type SealedImages, sealedImages, stateOf} from '../support/sealed-images.js';
import {KillTally} from './kill-tally.js';
import {nightImage, type Sizes} from './night-images.js';
import {SeededRandom} from './seeded-random.js';
import {killsOfAppliers, seed} from './settings.js';
import {watchFor} from './watch-for.js';

const SIZES: readonly Sizes[] = ['equal', 'growing', 'shrinking'];
/** So often at most it is killed before it may end. */
const LONGEST_CHAIN = 4;

type Mode = 'apply' | 'recover' | 'rollback';

/** What a kill waits for: the start of the program, or that a file appears or changes. */
const MOMENTS = {
  start: undefined,
  'journal begun': 'patch.journal.new',
  'journal whole': 'patch.journal',
  'target written': 'target.img',
} as const;
type Moment = keyof typeof MOMENTS;

const MOMENTS_OF: Readonly<Record<Mode, readonly Moment[]>> = {
  apply: ['start', 'journal begun', 'journal whole', 'target written'],
  recover: ['start', 'target written'],
  rollback: ['start', 'target written'],
};
/** From such a moment to the next one, about. */
const PHASE_MS = 25;

const tally = new KillTally();
afterAll(() => console.log(`kills of bdsync --sealed, BDSYNC_FAULT_SEED=${seed}\n${tally.text()}`));

describe(`bdsync --sealed, killed at random moments (BDSYNC_FAULT_SEED=${seed})`, () => {
  const share = Math.ceil(killsOfAppliers / SIZES.length);
  for (const [index, sizes] of SIZES.entries()) {
    it(
      `${sizes} sizes: ${share} kills leave the old image, the new one, or a journal`,
      {
        timeout: 60_000 + share * 20_000,
      },
      () => killAppliers(sizes, share, new SeededRandom(seed + index)),
    );
  }
});

/** Kills again and again what applies, finishes or undoes a patch; then lets it end, and begins anew. */
async function killAppliers(sizes: Sizes, count: number, random: SeededRandom): Promise<void> {
  const images = await sealedImages({source: nightImage(1, sizes), target: nightImage(0, sizes), sizePolicy: RESIZE});
  const startedAt = performance.now();
  expect(await start(images, 'apply').result).toMatchObject({status: 0});
  const durationMs = performance.now() - startedAt;
  for (let done = 0; done < count; ) {
    await writeFile(images.targetPath, images.before);
    let mode: Mode = 'apply';
    for (let links = 1 + random.below(LONGEST_CHAIN); links > 0 && done < count; links -= 1) {
      const moment = random.pick(MOMENTS_OF[mode]);
      const delayMs = random.next() * (moment === 'start' ? durationMs : PHASE_MS);
      const before = await look(images);
      const isHit = await startAndKill(images, mode, moment, delayMs);
      const {state, hasJournal} = await look(images);
      tally.add(mode, `${isHit ? '' : 'ended, '}${state}${hasJournal ? ' with a journal' : ''}`);
      if (state === 'neither' && !hasJournal) throw new Error(`${mode} on ${before.state}: between, without a journal`);
      if (isHit) done += 1;
      mode = random.pick(['recover', 'recover', 'rollback']);
    }
    await settle(images, random);
  }
}

const RESIZE = {mode: 'resize', warn: false} as const;

function start({targetPath, patchPath}: SealedImages, mode: Mode): RunningProgram {
  const words = [
    `--patch=${targetPath}`,
    `--sealed=${patchPath}`,
    '--diffsize',
    ...(mode === 'apply' ? [] : [`--${mode}`]),
  ];
  return startProgram(BDSYNC, words, {STATE_DIRECTORY: `${targetPath}.state`});
}

/** Whether it was still there to be killed; otherwise it has ended well, or had nothing to undo any more. */
async function startAndKill(images: SealedImages, mode: Mode, moment: Moment, delayMs: number): Promise<boolean> {
  const before = await look(images);
  const watched = MOMENTS[moment];
  using change = watchFor(images.folder, (name) => name === watched);
  const run = start(images, mode);
  if (watched !== undefined) await Promise.race([run.result, change.seen]);
  await Promise.race([run.result, sleep(delayMs)]);
  run.child.kill('SIGKILL');
  const result = await run.result;
  if (result.signal === 'SIGKILL') return true;
  expectEnding(result, mode, before);
  return false;
}

interface Look {
  readonly state: Awaited<ReturnType<typeof stateOf>>;
  readonly hasJournal: boolean;
}

async function look(images: SealedImages): Promise<Look> {
  return {state: await stateOf(images), hasJournal: (await readdir(images.folder)).includes('patch.journal')};
}

function expectEnding(result: ProgramResult, mode: Mode, {state, hasJournal}: Look): void {
  // What was applied as a whole cannot be undone any more.
  const isTooLate = mode === 'rollback' && state === 'new' && !hasJournal;
  expect({...result, mode, state, hasJournal}).toMatchObject(isTooLate ? {status: 18} : {status: 0, stderr: ''});
}

/** Finishes or undoes it, undisturbed. */
async function settle(images: SealedImages, random: SeededRandom): Promise<void> {
  const before = await look(images);
  const mode = random.pick(['recover', 'rollback'] as const);
  expectEnding(await start(images, mode).result, mode, before);
  const isUndone = mode === 'rollback' && (before.hasJournal || before.state === 'old');
  expect(await look(images)).toEqual({state: isUndone ? 'old' : 'new', hasJournal: false});
  const left = (await readdir(images.folder)).toSorted();
  expect(left.filter((name) => !name.endsWith('.state'))).toEqual(['patch', 'source.img', 'target.img']);
}
