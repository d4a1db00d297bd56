import {randomBytes} from 'node:crypto';
import {plainText} from '../plain-text.js';
import {HostError} from './host-error.js';
import type {RunResult} from './host.js';

/** Each shell on the way halves them; so many tell up to three. */
const BACKSLASHES = 8;
const MAX_QUOTED_CHARACTERS = 200;

export interface ShellProbe {
  /** Sent as they are, unquoted. */
  readonly words: readonly string[];
  /**
   * How many shells parse the words on their way: 0 for a program that starts them as they are, 1 for ssh, 2 for ssh
   * through ssh. What a login shell prints before or after the answer does not matter.
   * @throws HostError 'probe-failed', which quotes an answer that fits nothing
   */
  readAnswer(result: RunResult, hostName: string): number;
}

/** Finds out how words travel over a connection command. */
export function probeShells(mark: string = randomBytes(8).toString('hex')): ShellProbe {
  return {
    // An echo of the command is no answer: the blanks between its words are not in the answer.
    words: ['printf', '%s%s%s', mark, '\\'.repeat(BACKSLASHES), mark],
    readAnswer(result, hostName) {
      for (let shells = 0, left = BACKSLASHES; left >= 1; shells += 1, left /= 2) {
        if (result.stdout.includes(`${mark}${'\\'.repeat(left)}${mark}`)) return shells;
      }
      throw new HostError('probe-failed', `${hostName} does not run commands as expected: ${answerText(result)}`, {
        hint: 'the connection command must run the words that follow it; connection_quoting says how they travel',
        errorLines: result.stderr === '' ? [] : result.stderr.split('\n'),
      });
    },
  };
}

/** Its first line: what follows may be the test command itself, in any number of copies. */
function answerText(result: RunResult): string {
  const lines = (result.stdout === '' ? result.stderr : result.stdout).split(/\r?\n/).filter((line) => line !== '');
  const [line] = lines;
  if (line === undefined) return `the answer to a test command is empty, status ${result.status}`;
  const cut = line.length > MAX_QUOTED_CHARACTERS || lines.length > 1 ? '…' : '';
  return `it answers a test command with "${plainText(line.slice(0, MAX_QUOTED_CHARACTERS))}${cut}"`;
}
