/** The words of a command line that bash has not taken apart yet, up to the cursor. */
export interface BashLine {
  /** What they mean, without their quotes. */
  readonly before: readonly string[];
  /** The word at the cursor, which may be empty. */
  readonly current: BashWord;
}

export interface BashWord {
  readonly text: string;
  /** Which quotes are open at the cursor. */
  readonly openQuote: '' | "'" | '"';
  /** How much of the text is read once so many characters of the line are. */
  readonly textLengthAt: (lineLength: number) => number;
}

/**
 * Reads quotes and backslashes as bash does. Of expansions there are none: `$x` means itself.
 * Undefined for `$'…'` at the cursor, in which other rules hold.
 */
export function readBashLine(line: string): BashLine | undefined {
  const before: string[] = [];
  let word = new WordReader();
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (word.endsAt(character)) {
      if (word.isBegun) before.push(word.text);
      word = new WordReader();
    } else {
      word.read(character, at);
    }
  }
  if (word.isAnsiQuoted) return undefined;
  const {text, openQuote} = word;
  return {before, current: {text, openQuote, textLengthAt: (lineLength) => word.textLengthAt(lineLength)}};
}

class WordReader {
  text = '';
  openQuote: BashWord['openQuote'] = '';
  isBegun = false;
  isAnsiQuoted = false;
  #isEscaped = false;
  /** Before each character of the text, where the line was. */
  readonly #places: number[] = [];

  endsAt(character: string): boolean {
    return /[ \t\n]/.test(character) && this.openQuote === '' && !this.#isEscaped;
  }

  read(character: string, at: number): void {
    this.isBegun = true;
    if (this.#isEscaped) {
      // Between double quotes, a backslash before anything else means itself.
      if (this.openQuote === '"' && !/["\\$`]/.test(character)) this.#add('\\', at - 1);
      this.#add(character, at);
      this.#isEscaped = false;
    } else if (character === '\\' && this.openQuote !== "'") {
      this.#isEscaped = true;
    } else if (this.openQuote === character) {
      this.openQuote = '';
      this.isAnsiQuoted = false;
    } else if (this.openQuote === '' && (character === "'" || character === '"')) {
      this.isAnsiQuoted = character === "'" && this.text.endsWith('$') && this.#places.at(-1) === at - 1;
      this.openQuote = character;
    } else {
      this.#add(character, at);
    }
  }

  textLengthAt(lineLength: number): number {
    return this.#places.filter((place) => place < lineLength).length;
  }

  #add(character: string, at: number): void {
    this.text += character;
    this.#places.push(at);
  }
}
