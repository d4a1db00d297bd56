/** What may be written on the command line of a program, as far as completion wants to know it. */
export interface Grammar {
  readonly options: readonly GrammarOption[];
  /** The first operand is one of these, where there are any. */
  readonly commands: readonly GrammarCommand[];
  /** What the operands are, one after the other; the last one stands for all that follow. */
  readonly operands: readonly Values[];
}

export interface GrammarCommand extends Grammar {
  readonly name: string;
  readonly does: string;
}

export interface GrammarOption {
  /** As they are written: `-h`, `--help`. */
  readonly names: readonly string[];
  readonly does: string;
  /** An optional value is taken from the same word only. */
  readonly value: 'none' | 'required' | 'optional';
  readonly values: Values;
  readonly repeats: boolean;
}

/** What can stand in a place. */
export type Values =
  | {readonly kind: 'nothing' | 'files' | 'folders' | 'tasks'}
  | {readonly kind: 'words'; readonly words: readonly Candidate[]};

export interface Candidate {
  readonly word: string;
  /** What it does or is, for shells that show it. */
  readonly does?: string;
}

export const NOTHING: Values = {kind: 'nothing'};

export function words(list: readonly string[]): Values {
  return {kind: 'words', words: list.map((word) => ({word}))};
}
