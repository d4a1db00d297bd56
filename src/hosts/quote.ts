const BARE_WORD = /^[\w./:@+,-][\w./:@+,=-]*$/;

/**
 * A word as a POSIX shell reads it back unchanged, and others, too: inside single quotes fish knows `\'` and `\\`, and
 * csh `!`, so all three stand outside of them. csh alone takes no word with a line break. The word holds no NUL.
 */
export function quoteWord(word: string): string {
  if (word === '') return "''";
  if (BARE_WORD.test(word)) return word;
  return word.replaceAll(/(['\\!])|[^'\\!]+/g, (text, special: string | undefined) =>
    special === undefined ? `'${text}'` : `\\${special}`,
  );
}

/** A command for a remote shell: not an assignment, nor an option of the program that carries it there. */
export function quoteWords(words: readonly string[]): string {
  return words
    .map((word, index) => (index === 0 && /^-|=/.test(word) && BARE_WORD.test(word) ? `'${word}'` : quoteWord(word)))
    .join(' ');
}
