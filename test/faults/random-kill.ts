import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import type {ProgramResult, RunningProgram} from '../support/spawn-program.js';
import {type FaultWorld, kill} from './fault-world.js';
import type {SeededRandom} from './seeded-random.js';
import {strikeAll, type Victim} from './strike.js';
import {type AwaitedChange, watchFor} from './watch-for.js';
import type {Role} from './world-processes.js';

/** From when to when there are processes of a role in an undisturbed run, in milliseconds from its start. */
export type Lives = ReadonlyMap<Role, {readonly firstMs: number; readonly lastMs: number}>;

const LOOK_MS = 10;
/** For so long the target is written, and a little longer. */
const WRITING_MS = 40;

/** A run from its start to its end, and when which processes were there. */
export async function measureLives(
  world: FaultWorld,
): Promise<{readonly result: ProgramResult; readonly lives: Lives}> {
  const startedAt = performance.now();
  const lives = new Map<Role, {firstMs: number; lastMs: number}>();
  const run = world.start('--json');
  while (isRunning(run)) {
    const nowMs = performance.now() - startedAt;
    for (const {role} of world.processes()) {
      lives.set(role, {firstMs: lives.get(role)?.firstMs ?? nowMs, lastMs: nowMs});
    }
    await sleep(LOOK_MS);
  }
  return {result: await run.result, lives};
}

export interface RandomKill {
  readonly victim: Victim;
  /** Waits for the first write, and then for so long; else from the start of the run. */
  readonly afterFirstWrite: boolean;
  readonly delayMs: number;
  /** Which one, where there are several. */
  readonly share: number;
}

/** Where the patch is stored first. */
const ENDED_BEFORE_WRITING: readonly Victim[] = ['client', 'server', 'storing'];

export function drawKill(random: SeededRandom, victims: readonly Victim[], lives: Lives): RandomKill {
  const victim = random.pick(victims);
  const afterFirstWrite = random.next() < 0.4 && !ENDED_BEFORE_WRITING.includes(victim);
  const {firstMs, lastMs} = lives.get(victim === 'all' ? 'manager' : victim) ?? {firstMs: 0, lastMs: 0};
  const delayMs = afterFirstWrite ? random.next() * WRITING_MS : firstMs + random.next() * (lastMs - firstMs);
  return {victim, afterFirstWrite, delayMs, share: random.next()};
}

/** Starts a run and kills somebody. Whether anybody was hit before the run ended, and how that was. */
export async function runAndKill(
  world: FaultWorld,
  drawn: RandomKill,
): Promise<{readonly isHit: boolean; readonly result: ProgramResult}> {
  using writing = watchForWriting(world);
  const run = world.start('--json');
  if (drawn.afterFirstWrite) await Promise.race([run.result, writing.seen]);
  await Promise.race([run.result, sleep(drawn.delayMs)]);
  // One that is not there yet is waited for.
  while (isRunning(run)) {
    if (strikeOne(world, drawn)) return {isHit: true, result: await run.result};
    await sleep(LOOK_MS / 2);
  }
  return {isHit: false, result: await run.result};
}

function isRunning({child}: RunningProgram): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function strikeOne(world: FaultWorld, {victim, share}: RandomKill): boolean {
  if (victim === 'all') return strikeAll(world) > 0;
  const found = world.processes().filter(({role}) => role === victim);
  const chosen = found[Math.floor(share * found.length)];
  return chosen !== undefined && kill(chosen.pid, 'SIGKILL');
}

/** A sealed patch is about to be applied when its journal gets its name; otherwise, the target changes. */
function watchForWriting({folder, options}: FaultWorld): AwaitedChange {
  return options.flow === 'sealed'
    ? watchFor(join(folder, 'patches'), (name) => name.endsWith('.journal'))
    : watchFor(join(folder, 't.img'), () => true);
}
