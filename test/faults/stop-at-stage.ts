import type {RunningProgram} from '../support/spawn-program.js';
import {until} from '../support/until.js';
import type {FaultWorld} from './fault-world.js';
import type {Stage} from './stages.js';
import type {WorldProcess} from './world-processes.js';

/** A run of which one process stands still at a stage. */
export interface StoppedRun {
  readonly run: RunningProgram;
  readonly stopped: WorldProcess;
}

/** Starts a run, or what else the words say, and returns when it has come to a stage. */
export async function stopAtStage(world: FaultWorld, {name, at}: Stage, ...words: string[]): Promise<StoppedRun> {
  await world.stopAt(at);
  const run = world.start(...words, '--json');
  let pid: number | undefined;
  const hasStopped = until(`the stage '${name}'`, async () => {
    pid = await world.stoppedPid();
    return pid !== undefined;
  });
  const early = await Promise.race([run.result, hasStopped]);
  if (early) throw new Error(`the run ended before the stage '${name}': ${early.stdout}${early.stderr}`);
  const stopped = world.processes().find((process) => process.pid === pid);
  if (!stopped) throw new Error('who stopped is gone');
  return {run, stopped};
}
