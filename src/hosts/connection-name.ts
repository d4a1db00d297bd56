import {basename} from 'node:path';
import {plainText} from '../plain-text.js';

const MAX_WORD_CHARACTERS = 60;

/** ssh(1): the first letter in a cluster of options that takes a value. */
const VALUE_OPTION = /^-[^BbcDEeFIiJLlmOopQRSWw]*([BbcDEeFIiJLlmOopQRSWw])(.*)$/s;

/**
 * A connection command for messages, of words that hold no secret: `ssh -p 2222 backup@host` of any command with ssh in
 * it, else the first word and the last one, `docker … store`. What stands between may be a password.
 */
export function connectionName(words: readonly string[]): string {
  const ssh = sshName(words);
  if (ssh !== undefined) return ssh;
  const first = shortText(basename(words[0] ?? ''));
  const last = words.at(-1) ?? '';
  if (words.length < 2) return first;
  if (!isTellable(last, words.at(-2) ?? '')) return `${first} …`;
  return words.length === 2 ? `${first} ${shortText(last)}` : `${first} … ${shortText(last)}`;
}

/** Undefined for a command that does not name a destination of ssh. */
function sshName(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => basename(word) === 'ssh');
  if (at < 0) return undefined;
  let port = '';
  for (let index = at + 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') continue;
    if (!word.startsWith('-')) return `ssh ${port}${shortText(word)}`;
    const option = valueOption(word);
    if (option === undefined) continue;
    if (option.value === '') index += 1;
    const value = option.value || (words[index] ?? '');
    if (option.letter === 'p' && /^\d+$/.test(value)) port = `-p ${value} `;
  }
  return undefined;
}

/** The letter that takes a value in a cluster like `-4p2222`, with the value if it stands there, too. */
function valueOption(cluster: string): {readonly letter: string; readonly value: string} | undefined {
  const [, letter, value = ''] = VALUE_OPTION.exec(cluster) ?? [];
  return letter === undefined ? undefined : {letter, value};
}

const SECRET_OPTION = /^-p$|^-.*(?:pass|pw|secret|token|key|cred)/i;

/** Neither `NAME=VALUE`, a script, nor the value of such an option, in a word of its own or behind its letter. */
function isTellable(word: string, before: string): boolean {
  return !/[=\s]/.test(word) && !/^-[^-]./.test(word) && !SECRET_OPTION.test(before);
}

/** The end of a long word: paths and names differ there. */
function shortText(word: string): string {
  const text = plainText(word);
  return text.length <= MAX_WORD_CHARACTERS ? text : `…${text.slice(-MAX_WORD_CHARACTERS)}`;
}
