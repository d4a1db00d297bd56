import {execFile, spawnSync} from 'node:child_process';
import {promisify} from 'node:util';
import {quoteWords} from '#dist/hosts/quote.js';

/** util-linux's `script` gives a program a terminal. */
export const hasScript = spawnSync('script', ['--version']).error === undefined;

/** What a program writes, to both of its outputs, on a terminal of that many columns. */
export async function onATerminal(
  words: readonly string[],
  columns: number,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const line = `stty cols ${columns}; ${quoteWords(words)}`;
  const {NO_COLOR: _inherited, ...inherited} = process.env;
  const {stdout} = await promisify(execFile)('script', ['-qfc', line, '/dev/null'], {
    env: {...inherited, TERM: 'xterm', SHELL: '/bin/sh', ...env},
  });
  return stdout.replaceAll('\r\n', '\n');
}
