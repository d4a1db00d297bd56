import {readdir} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {quoteWord, quoteWords} from '#dist/hosts/quote.js';
import {hasScript, onATerminal} from '../support/on-a-terminal.js';
import {parallelWorld, writeScript} from '../support/parallel-world.js';
import {OUR_BDSYNC} from '../support/run-bdsync.js';
import {BDSYNC_MANAGER} from '../support/spawn-program.js';

if (!hasScript) console.warn('skipped: script (of util-linux) is not installed');

/** Tasks of which the connections note that they could ask for a password. */
async function askingWorld() {
  const {folder, config, env} = await parallelWorld(['a', 'b'], async (_name, at) => ({
    connection_command: await writeScript(
      join(at, 'connection'),
      `(: </dev/tty) 2>/dev/null && echo asks >>${quoteWord(join(at, 'asks'))}`,
      'exec "$@"',
    ),
    remote_bdsync_bin: await writeScript(join(at, 'bdsync'), `exec ${quoteWords(OUR_BDSYNC)} "$@"`),
  }));
  const words = [process.execPath, BDSYNC_MANAGER, 'run', '--config', config];
  return {
    run: (...options: string[]) => onATerminal([...words, ...options], 60, env),
    couldAsk: async () => (await readdir(folder)).includes('asks'),
  };
}

describe.skipIf(!hasScript)('on a terminal', () => {
  it.for([
    [['--jobs=2'], 'all: 0 of 2 tasks done, 2 running'],
    // The lines are drawn for one alone, too: a prompt would stand among them.
    [['--jobs=2', '--task=a'], 'all: 0 of 1 task done, 1 running'],
  ] as const)('no connection of several at once can ask for a password: %j', async ([options, line]) => {
    const {run, couldAsk} = await askingWorld();
    expect(await run(...options)).toContain(line);
    expect(await couldAsk()).toBe(false);
  });

  it.for([[['--task=a']], [['--jobs=1']]])('that of one at a time can: %j', async ([options = []]) => {
    const {run, couldAsk} = await askingWorld();
    expect(await run(...options)).not.toContain('all: ');
    expect(await couldAsk()).toBe(true);
  });
});
