import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {quoteWords} from '#dist/hosts/quote.js';

export interface Answered {
  readonly status: number | undefined;
  /** Both outputs of the program, and what was typed. */
  readonly shown: string;
}

/** How each question ends that the program may ask. */
const QUESTION = /(?:: |\] )$/;

/** Starts a program on a terminal, and types an answer to each of its questions; then its input is at its end. */
export async function answerQuestions(
  words: readonly string[],
  answers: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const {NO_COLOR: _inherited, ...inherited} = process.env;
  const child = spawn('script', ['-qefc', quoteWords(words), '/dev/null'], {
    env: {...inherited, TERM: 'dumb', SHELL: '/bin/sh', ...env},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const left = [...answers];
  let shown = '';
  let answeredLength = 0;
  child.stdin.on('error', () => {});
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text.replaceAll('\r\n', '\n');
    if (!QUESTION.test(shown.slice(answeredLength))) return;
    answeredLength = shown.length;
    // Ctrl-D.
    child.stdin.write(left.length === 0 ? '\u0004' : `${left.shift()}\n`);
  });
  const [status]: unknown[] = await once(child, 'close');
  return {status: typeof status === 'number' ? status : undefined, shown};
}
