import {basename} from 'node:path';

/** ssh(1): the first letter in a cluster of options that takes a value. */
const VALUE_OPTION = /^-[^BbcDEeFIiJLlmOopQRSWw]*([BbcDEeFIiJLlmOopQRSWw])(.*)$/s;

/** Where a command leads that has ssh in it; undefined where it names no destination of ssh. */
export interface SshDestination {
  /** As it stands there: with the user, or a name of the configuration of ssh. */
  readonly host: string;
  readonly port: string | undefined;
}

/** Undefined for a command that does not name a destination of ssh. */
export function sshDestination(words: readonly string[]): SshDestination | undefined {
  const at = words.findIndex((word) => basename(word) === 'ssh');
  if (at < 0) return undefined;
  let port: string | undefined;
  for (let index = at + 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') continue;
    if (!word.startsWith('-')) return {host: word, port};
    const option = valueOption(word);
    if (option === undefined) continue;
    if (option.value === '') index += 1;
    const value = option.value || (words[index] ?? '');
    if (option.letter === 'p' && /^\d+$/.test(value)) port = value;
  }
  return undefined;
}

/** The letter that takes a value in a cluster like `-4p2222`, with the value if it stands there, too. */
function valueOption(cluster: string): {readonly letter: string; readonly value: string} | undefined {
  const [, letter, value = ''] = VALUE_OPTION.exec(cluster) ?? [];
  return letter === undefined ? undefined : {letter, value};
}
