import type {BashWord} from './bash-line.js';

/**
 * What bash is to put in place of the end of the word at the cursor, of which readline cut off `replaced`, to make the
 * word one of `words`. Bash inserts it as it is, between the quotes that are open.
 */
export function bashCandidates(words: readonly string[], line: string, current: BashWord, replaced: string): string[] {
  const kept = current.textLengthAt(line.length - replaced.length);
  return words
    .filter((word) => word.startsWith(current.text))
    .map((word) => QUOTE[current.openQuote](word.slice(kept), kept === 0))
    .map((text) => (endsWithQuote(text, current) ? text + current.openQuote : text));
}

/** readline closes the open quote, except where it takes the last character for the closing one. */
function endsWithQuote(text: string, {openQuote}: BashWord): boolean {
  return openQuote !== '' && text.endsWith(openQuote);
}

const QUOTE: Readonly<Record<BashWord['openQuote'], (text: string, isWholeWord: boolean) => string>> = {
  '': (text, isWholeWord) => {
    const quoted = text.replaceAll(/[^\p{L}\p{N}\p{M}_./:=@%+,~-]/gu, String.raw`\$&`);
    return isWholeWord ? quoted.replace(/^~/, String.raw`\~`) : quoted;
  },
  "'": (text) => text.replaceAll("'", String.raw`'\''`),
  // The history is looked up for a `!` between double quotes, too, and a backslash there would stay.
  '"': (text) => text.replaceAll(/["\\$`]/g, String.raw`\$&`).replaceAll('!', String.raw`"\!"`),
};
