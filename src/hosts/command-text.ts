import {basename} from 'node:path';
import {harmless} from './child/error-tail.js';

const MAX_TEXT_CHARACTERS = 60;

/** A command for a message, on one line: `ssh -p 2222 backup@host`; a long one as its ends, `ssh … backup@host`. */
export function commandText(words: readonly string[]): string {
  const text = harmless(words.join(' '));
  if (text.length <= MAX_TEXT_CHARACTERS) return text;
  const first = harmless(basename(words[0] ?? ''));
  const last = harmless(words.at(-1) ?? '');
  return words.length === 1
    ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…`
    : `${first} … ${last.slice(-MAX_TEXT_CHARACTERS)}`;
}
