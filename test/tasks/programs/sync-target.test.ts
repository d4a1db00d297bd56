import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {syncTarget} from '#dist/tasks/programs/sync-target.js';
import {localTask} from '../../support/local-task.js';
import {toolFolder} from '../../support/tool-folder.js';

const TARGET = '/dev/vg0/a copy';

/** Its host has this program for sync, which finds what it was called with in "$0.log". */
async function syncedBy(script: string | undefined) {
  const log = 'echo "$# $1" >> "$0.log"';
  const tools = await toolFolder(['sh', 'grep', 'sleep'], {
    scripts: script === undefined ? {} : {sync: `${log}; ${script}`},
  });
  const {context} = await localTask(
    {connection: `PATH=${tools}`},
    {target: {connection: [], quoting: 'none', path: TARGET}},
  );
  const calls = async (): Promise<string[]> => (await readFile(join(tools, 'sync.log'), 'utf8')).trimEnd().split('\n');
  return {context, calls};
}

test('the target alone, where that can be done', async () => {
  const {context, calls} = await syncedBy('exit 0');
  expect(await syncTarget(context)).toBe(true);
  expect(await calls()).toEqual([`1 ${TARGET}`]);
});

test.each([`echo "sync: error opening '$1': Permission denied" >&2; exit 1`, 'echo "Usage: sync" >&2; exit 1'])(
  'everything, where it cannot: %s',
  async (refusal) => {
    const {context, calls} = await syncedBy(`[ $# = 0 ] || { ${refusal}; }`);
    expect(await syncTarget(context)).toBe(true);
    expect(await calls()).toEqual([`1 ${TARGET}`, '0']);
  },
);

test('a medium that refuses is a failure, in its words', async () => {
  const {context, calls} = await syncedBy('echo "sync: syncing: Input/output error" >&2; exit 1');
  await expect(syncTarget(context)).rejects.toMatchObject({
    code: 'patcher-failed',
    errorLines: ['sync: syncing: Input/output error'],
  });
  expect(await calls()).toHaveLength(1);
});

test('a host without such a program is no failure, and told', async () => {
  const {context} = await syncedBy(undefined);
  expect(await syncTarget(context)).toBe(false);
});
