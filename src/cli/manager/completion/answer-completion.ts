import type {CommandUnknownOpts} from '@commander-js/extra-typings';
import {homedir} from 'node:os';
import {basename, join} from 'node:path';
import {plainText} from '../../../plain-text.js';
import {DEFAULT_CONFIG_FILE} from '../options.js';
import type {TasksLayer} from '../tasks-layer.js';
import {bashCandidates} from './bash-candidates.js';
import {readBashLine} from './bash-line.js';
import {bdsyncGrammar} from './bdsync-grammar.js';
import {type Completion, completeWords} from './complete-words.js';
import type {Candidate, Grammar} from './grammar.js';
import {managerGrammar} from './manager-grammar.js';

/** The first word of a command line that a shell asks us with; nobody types it, and no help tells of it. */
export const COMPLETE_WORD = '__complete';

/** What a program's name may be followed by, and whom to ask for tasks. */
export interface CompletionWorld {
  readonly program: CommandUnknownOpts;
  readonly tasks: Pick<TasksLayer, 'namesOfTasks'>;
}

/**
 * What a shell's function is told, which `words` asks for: `bash PROGRAM LINE REPLACED`, with the line up to the cursor
 * and the part of it that readline puts the candidate in place of, or `zsh|fish PROGRAM WORD…`, without quotes, the last
 * one being that at the cursor.
 *
 *     words|files|folders|nothing
 *     --task=                        not for bash: what the word begins with, before the value
 *     CANDIDATE [tab DESCRIPTION]    for bash, quoted as the line wants it
 *
 * Whatever goes wrong, there just is nothing to complete: a person is in the middle of a line.
 */
export async function answerCompletion(words: readonly string[], world: CompletionWorld): Promise<string> {
  const [shell, programName = '', ...rest] = words;
  const grammar = basename(programName) === 'bdsync' ? bdsyncGrammar() : managerGrammar(world.program);
  try {
    if (shell === 'bash') return await answerBash(grammar, rest, world);
    return await answerOther(shell === 'fish', grammar, rest, world);
  } catch {
    return 'nothing\n';
  }
}

async function answerBash(grammar: Grammar, [line = '', replaced = '']: readonly string[], world: CompletionWorld) {
  const read = readBashLine(line);
  if (read === undefined) return 'nothing\n';
  const {before, current} = read;
  const completion = completeWords(grammar, before.slice(1), current.text);
  const {kind, candidates} = await resolve(completion, world);
  const wholeWords = candidates.map(({word}) => completion.prefix + word);
  return lines([kind, ...bashCandidates(wholeWords, line, current, replaced)]);
}

async function answerOther(isFish: boolean, grammar: Grammar, words: readonly string[], world: CompletionWorld) {
  const completion = completeWords(grammar, words.slice(0, -1), words.at(-1) ?? '');
  const {kind, candidates} = await resolve(completion, world);
  // fish completes whole words; to zsh, the beginning is something that stays.
  const before = isFish ? completion.prefix : '';
  const rows = candidates.map(({word, does}) => `${before}${word}${does === undefined ? '' : `\t${plainText(does)}`}`);
  return lines([kind, completion.prefix, ...rows]);
}

interface Resolved {
  readonly kind: 'words' | 'files' | 'folders' | 'nothing';
  readonly candidates: readonly Candidate[];
}

async function resolve({values, configFile}: Completion, world: CompletionWorld): Promise<Resolved> {
  switch (values.kind) {
    case 'words':
      return {kind: 'words', candidates: values.words};
    case 'tasks': {
      const names = await world.tasks.namesOfTasks(withHomeFolder(configFile ?? DEFAULT_CONFIG_FILE));
      // What a terminal would obey is no name to be typed, and a line break would end the candidate.
      const candidates = names.filter((name) => plainText(name) === name).map((word) => ({word}));
      return {kind: 'words', candidates};
    }
    case 'files':
    case 'folders':
    case 'nothing':
      return {kind: values.kind, candidates: []};
    default:
      return values satisfies never;
  }
}

/** The shell has not expanded the line yet. */
function withHomeFolder(path: string): string {
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
