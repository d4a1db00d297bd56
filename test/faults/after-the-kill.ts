import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from 'vitest';
import {taskReportOf} from '../support/reports.js';
import type {ProgramResult} from '../support/spawn-program.js';
import {until} from '../support/until.js';
import type {FaultWorld} from './fault-world.js';

/** What a kill has left: which night's image the target is, or that it is between two of them. */
export interface Left {
  /** The number of a night, or `between`. */
  readonly image: number | 'between';
  /** The application of a sealed patch is noted, with patch and journal in their places. */
  readonly isUnfinished: boolean;
}

/**
 * Waits for the end of all that the run has started, and looks. What must never be is an error: a sealed patch half
 * applied without a way on, or a run that says that it succeeded and did not.
 *
 * @param nights those whose images the target may have.
 */
export async function lookAtWhatIsLeft(
  world: FaultWorld,
  result: ProgramResult,
  nights: readonly number[],
): Promise<Left> {
  await untilAllEnded(world);
  const target = await world.target();
  const image = nights.find((night) => world.image(night).equals(target)) ?? 'between';
  const isUnfinished = await hasUnfinishedApplication(world);
  const last = nights.at(-1);
  const told = tellOf(result);
  if (result.status === 0 && image !== last) throw new Error(`a wrong success: the target is ${image}, ${told}`);
  if (image === 'between' && world.options.flow === 'sealed' && !isUnfinished) {
    const files = await world.leftovers();
    throw new Error(`the target is between two images, and nothing tells how to go on: ${files.join(' ')}, ${told}`);
  }
  if (image === 'between' && world.options.flow !== 'sealed') await requireNotes(world);
  if (/"code": "unexpected"|^ +at .*\.js:\d+/m.test(told)) throw new Error(`a defect came to light: ${told}`);
  return {image, isUnfinished};
}

function tellOf({status, signal, stdout, stderr}: ProgramResult): string {
  return `${status ?? signal}\n${stdout}\n${stderr}`;
}

export async function untilAllEnded(world: FaultWorld): Promise<void> {
  await until('the end of all processes', () => world.processes().length === 0).catch((error: unknown) => {
    const left = world.processes().map(({pid, words}) => `${pid} ${words.join(' ')}`);
    throw new Error(`processes stay:\n${left.join('\n')}`, {cause: error});
  });
}

async function hasUnfinishedApplication(world: FaultWorld): Promise<boolean> {
  const stored = await world.stored();
  const isThere = (path: string): boolean => stored.some((file) => path === join(world.folder, 'patches', file));
  const records = await readRecords(world);
  return records.some(({kind, path = ''}) => kind === 'application' && isThere(path) && isThere(`${path}.journal`));
}

/** What has no journal is known to be incomplete: on this machine, and on that of the target where our bdsync writes it. */
async function requireNotes(world: FaultWorld): Promise<void> {
  const records = await readRecords(world);
  if (!records.some(({kind}) => kind === 'incomplete')) throw new Error('an incomplete target is not noted here');
  const {way, flow, keys} = world.options;
  if (flow !== 'in place' || keys !== undefined) return;
  const state = way === 'here' ? 'state' : 'remote-state';
  const marks = await readdir(join(world.folder, state, 'incomplete')).catch(() => []);
  if (!marks.some((name) => name.endsWith('.json'))) throw new Error('an incomplete target has no mark');
}

/** What the manager has noted of what it has begun. */
async function readRecords(world: FaultWorld): Promise<{readonly kind: string; readonly path?: string}[]> {
  const folder = join(world.folder, 'state', 'temporary');
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readFile(join(folder, name), 'utf8')),
  );
  return texts.flatMap((text) => JSON.parse(text).records);
}

/** The next run, undisturbed: it succeeds, with the target as it should be, and nothing stays of any run. */
export async function expectRepair(world: FaultWorld, night: number): Promise<void> {
  const result = await world.run('--json');
  if (result.status !== 0) throw new Error(`the next run does not repair it: ${tellOf(result)}`);
  expect(taskReportOf(result)).toMatchObject({state: 'synced'});
  expect((await world.target()).equals(world.image(night))).toBe(true);
  expect(await world.leftovers()).toEqual([]);
  await untilAllEnded(world);
}
