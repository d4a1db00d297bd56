import {access, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {syncToMedium} from '#dist/tasks/programs/sync-to-medium.js';
import {localTask} from '../../support/local-task.js';
import {noPidNamespace} from '../../support/pid-namespace.js';
import {temporaryFolder} from '../../support/temporary-folder.js';
import {toolFolder} from '../../support/tool-folder.js';

/** Has in it what programs say of other troubles. */
const TARGET = '/srv/Permission denied: usage: a copy';

if (noPidNamespace !== undefined) console.warn(`SKIPPED: a pid that comes again during a sync: ${noPidNamespace}`);

/** Its host has this program for sync, which finds what it was called with in "$0.log". */
async function syncedBy(script: string | undefined) {
  const log = 'echo "$# $1" >> "$0.log"';
  const scripts: Record<string, string> = script === undefined ? {} : {sync: `${log}; ${script}`};
  const tools = await toolFolder(['sh', 'grep', 'sleep'], {scripts});
  const target = {connection: [], quoting: 'none', path: TARGET} as const;
  const {context} = await localTask({connection: `PATH=${tools}`}, {target});
  const calls = async (): Promise<string[]> => (await readFile(join(tools, 'sync.log'), 'utf8')).trimEnd().split('\n');
  return {context, calls};
}

test('the target alone, where that can be done', async () => {
  const {context, calls} = await syncedBy('exit 0');
  expect(await syncToMedium(context)).toBe('reached');
  expect(await calls()).toEqual([`1 ${TARGET}`]);
});

test.each([
  `echo "sync: error opening '$1': Permission denied" >&2; exit 1`,
  'echo "Usage: sync" >&2; exit 1',
  'echo "BusyBox v1.24 (2015) multi-call binary." >&2; exit 1',
  'echo "sync: ignoring all arguments" >&2',
])('everything, where it cannot, which proves less: %s', async (refusal) => {
  const {context, calls} = await syncedBy(`[ $# = 0 ] || { ${refusal}; }`);
  expect(await syncToMedium(context)).toBe('asked-for');
  expect(await calls()).toEqual([`1 ${TARGET}`, '0']);
});

test('a medium that refuses is a failure, in its words, whatever the name of the target', async () => {
  const {context, calls} = await syncedBy(`echo "sync: error syncing '$1': Input/output error" >&2; exit 1`);
  await expect(syncToMedium(context)).rejects.toMatchObject({
    code: 'patcher-failed',
    errorLines: [`sync: error syncing '${TARGET}': Input/output error`],
  });
  expect(await calls()).toHaveLength(1);
});

test('a host without such a program is no failure, and told', async () => {
  const {context} = await syncedBy(undefined);
  expect(await syncToMedium(context)).toBe('unknown');
});

// What waits beside a sync ends early here, as it does with its connection. Shells notice it at once, or with the end of
// the first sync; then its pid can come again.
test.skipIf(noPidNamespace !== undefined)('who got the pid of what ended meanwhile is sent no signal', async () => {
  const folder = await temporaryFolder();
  const [gone, met, hit] = [join(folder, 'gone'), join(folder, 'met'), join(folder, 'hit')];
  const search = `PATH=${process.env['PATH']}`;
  const tools = await toolFolder(['sh', 'grep'], {
    scripts: {
      sleep: `echo $PPID > ${gone}.new; ${search}; mv ${gone}.new ${gone}; exit 1`,
      sync: [
        search,
        `until [ -e ${gone} ]; do sleep 0.02; done; read -r pid < ${gone}`,
        'if [ $# != 0 ]; then',
        `  until case $(cat /proc/$pid/stat 2>/dev/null) in '' | *') Z '*) ;; *) false;; esac; do sleep 0.02; done`,
        '  echo "sync: error opening: Permission denied" >&2; exit 1',
        'fi',
        'while [ -e /proc/$pid ]; do sleep 0.02; done',
        'echo $((pid - 1)) > /proc/sys/kernel/ns_last_pid',
        `sh -c 'trap "echo > ${hit}; exit" TERM; echo $$ > ${met}; while :; do sleep 0.02; done' </dev/null >/dev/null 2>&1 &`,
        `until [ -s ${met} ]; do sleep 0.02; done`,
      ].join('\n'),
    },
  });
  // The first process of a namespace takes all others with it: not before they have met with the signal.
  const first = `PATH=${tools} "$@"; status=$?; sleep 0.5; exit $status`;
  const target = {connection: [], quoting: 'none', path: TARGET} as const;
  const {context} = await localTask({connection: `exec unshare -pf --mount-proc sh -c '${first}' sh "$@"`}, {target});
  expect(await syncToMedium(context)).toBe('asked-for');
  expect(await readFile(met, 'utf8')).toBe(await readFile(gone, 'utf8'));
  await expect(access(hit)).rejects.toThrow('ENOENT');
});
