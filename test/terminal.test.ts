import {readFile, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {hasScript} from './support/on-a-terminal.js';
import {runCommand} from './support/spawn-program.js';
import {temporaryFolder} from './support/temporary-folder.js';

const TERMINAL_MODULE = new URL('../dist/terminal.js', import.meta.url).href;
const PROGRAM = `import {hasTerminal, isHangupIgnored} from '${TERMINAL_MODULE}';
import {writeFileSync} from 'node:fs';
writeFileSync(process.argv[2], JSON.stringify({hasTerminal: hasTerminal(), isHangupIgnored: isHangupIgnored()}));
`;

/** What a program sees that `line` starts as `"$@"`, with a file for its answer. */
async function seenBy(shell: string, line: string, options: {onTerminal: boolean}): Promise<unknown> {
  const folder = await temporaryFolder();
  const [program, answer] = [join(folder, 'program.mjs'), join(folder, 'answer')];
  await writeFile(program, PROGRAM);
  await writeFile(join(folder, 'line'), `set -- '${process.execPath}' '${program}' '${answer}'\n${line}\n`);
  const words = [shell, join(folder, 'line')];
  const started = options.onTerminal ? ['script', '-qec', `cd ${folder}; exec ${words.join(' ')}`, '/dev/null'] : words;
  const {status, stderr} = await runCommand(started[0] ?? '', started.slice(1), {SHELL: '/bin/sh'});
  expect(status, stderr).toBe(0);
  return JSON.parse(await readFile(answer, 'utf8'));
}

describe('a program', () => {
  test('in a session without a terminal has none', async () => {
    expect(await seenBy('sh', '"$@"', {onTerminal: false})).toEqual({hasTerminal: false, isHangupIgnored: false});
  });

  test("below a shell that says trap '' HUP survives a hangup", async () => {
    const seen = await seenBy('sh', `trap '' HUP\n"$@"\n:`, {onTerminal: false});
    expect(seen).toEqual({hasTerminal: false, isHangupIgnored: true});
  });

  test('below a script that nohup started survives a hangup', async () => {
    const seen = await seenBy('sh', `nohup sh -c '"$@"; :' sh "$@"`, {onTerminal: false});
    expect(seen).toEqual({hasTerminal: false, isHangupIgnored: true});
  });
});

describe.skipIf(!hasScript)(
  `a program on a terminal${hasScript ? '' : ' (skipped: util-linux has no script here)'}`,
  () => {
    test.each(['"$@"', '"$@" </dev/null', '"$@" </dev/null >/dev/null 2>&1'])('as %s has it', async (line) => {
      expect(await seenBy('sh', line, {onTerminal: true})).toEqual({hasTerminal: true, isHangupIgnored: false});
    });

    test.each([
      ['sh', 'nohup "$@" >/dev/null 2>&1'],
      ['bash', 'nohup "$@" </dev/null >/dev/null 2>&1'],
    ])('as %s -c %j survives a hangup, and does not lean on it', async (shell, line) => {
      expect(await seenBy(shell, line, {onTerminal: true})).toEqual({hasTerminal: false, isHangupIgnored: true});
    });
  },
);
