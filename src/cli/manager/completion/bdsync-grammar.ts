import {getHashes} from 'node:crypto';
import type {DocumentedOption} from '../../../bdsync/command-options.js';
import {SIZE_POLICY_WORDS} from '../../../bdsync/size-policy.js';
import {OPTIONS} from '../../bdsync/option-table.js';
import {type Grammar, type GrammarOption, NOTHING, type Values, words} from './grammar.js';

/** The command line of bdsync: options and REMSHCMD LOCDEV REMDEV, of which the second is on this machine. */
export function bdsyncGrammar(): Grammar {
  return {options: OPTIONS.map(grammarOption), commands: [], operands: [NOTHING, {kind: 'files'}, NOTHING]};
}

function grammarOption({name, short, value, valueName, help}: DocumentedOption): GrammarOption {
  return {
    names: [...(short === undefined ? [] : [`-${short}`]), `--${name}`],
    does: help,
    value,
    values: valueName === undefined ? NOTHING : valuesOf(valueName),
    repeats: name === 'verbose',
  };
}

/** By the word that stands for the value in the usage. */
function valuesOf(valueName: string): Values {
  switch (valueName) {
    case 'DEV':
    case 'FILE':
      return {kind: 'files'};
    case 'DIR':
      return {kind: 'folders'};
    case 'HOW':
      return words(SIZE_POLICY_WORDS);
    case 'NAME':
      return words(digestNames());
    case 'noscroll':
      return words([valueName]);
    default:
      return NOTHING;
  }
}

/** Without the signature schemes, which only are other names of the same digests. */
function digestNames(): string[] {
  return getHashes().filter((name) => !/rsa|with|ssl3/i.test(name));
}
