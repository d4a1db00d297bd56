import {basename} from 'node:path';
import {plainText} from '../plain-text.js';
import {sshDestination} from './ssh-destination.js';

const MAX_WORD_CHARACTERS = 60;

/**
 * A connection command for messages, of words that hold no secret: `ssh -p 2222 backup@host` of any command with ssh in
 * it, else the first word and the last one, `docker … store`. What stands between may be a password.
 */
export function connectionName(words: readonly string[]): string {
  const ssh = sshDestination(words);
  if (ssh !== undefined) return `ssh ${ssh.port === undefined ? '' : `-p ${ssh.port} `}${shortText(ssh.host)}`;
  const first = shortText(basename(words[0] ?? ''));
  const last = words.at(-1) ?? '';
  if (words.length < 2) return first;
  if (!isTellable(last, words.at(-2) ?? '')) return `${first} …`;
  return words.length === 2 ? `${first} ${shortText(last)}` : `${first} … ${shortText(last)}`;
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
