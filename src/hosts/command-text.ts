import {basename} from 'node:path';
import {plainText} from '../plain-text.js';

const MAX_TEXT_CHARACTERS = 60;

/** A command of ours for a message, on one line; a long one as its ends, `sh … /srv/patches`. */
export function commandText(words: readonly string[]): string {
  const text = plainText(words.join(' '));
  if (text.length <= MAX_TEXT_CHARACTERS) return text;
  const first = plainText(basename(words[0] ?? ''));
  const last = plainText(words.at(-1) ?? '');
  return words.length === 1
    ? `${text.slice(0, MAX_TEXT_CHARACTERS)}…`
    : `${first} … ${last.slice(-MAX_TEXT_CHARACTERS)}`;
}
