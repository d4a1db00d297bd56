import {mkdir} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {whereLooked} from '#dist/tasks/history/where-looked.js';
import {evaluateAsStranger, noStranger} from '../../support/as-stranger.js';
import {temporaryFolder} from '../../support/temporary-folder.js';

it('tells nothing where the folder is there, whatever else there is', async () => {
  const folder = await temporaryFolder();
  expect(await whereLooked([folder, folder], folder)).toEqual([]);
  expect(await whereLooked([], folder)).toEqual([]);
});

it('names a folder that does not exist once, and that of root where it is another one and there', async () => {
  const folder = await temporaryFolder();
  const [own, ofRoot] = [join(folder, 'own'), join(folder, 'root')];
  const missing = `no run is recorded in ${own}, which does not exist`;
  expect(await whereLooked([own, own], ofRoot)).toEqual([missing]);
  expect(await whereLooked([own], own)).toEqual([missing]);
  await mkdir(ofRoot, {mode: 0o700});
  expect(await whereLooked([own], ofRoot)).toEqual([
    missing,
    `the runs of root are recorded in ${ofRoot}: ask as the user who runs the tasks, through sudo, say`,
  ]);
});

it.skipIf(noStranger)('says of a folder that this user may not read who may', async () => {
  const folder = await temporaryFolder();
  const looked = evaluateAsStranger(
    {looking: '#dist/tasks/history/where-looked.js'},
    `looking.whereLooked([${JSON.stringify(folder)}], '/nowhere')`,
  );
  expect(looked).toEqual([`you may not read ${folder}: ask as the user who runs the tasks, through sudo, say`]);
  const failed = evaluateAsStranger(
    {histories: '#dist/tasks/history/find-histories.js'},
    `histories.findHistories(${JSON.stringify(folder)}, 'x').catch(({code, hint}) => ({code, hint}))`,
  );
  expect(failed).toEqual({code: 'state-dir', hint: 'ask as the user who runs the tasks, through sudo, say'});
});
