/** Why a text cannot be split into words. */
export class ShellWordsError extends Error {}

const BLANKS = ' \t\r\n';

/**
 * Splits `text` into words as Python's `shlex.split` does: blanks separate, '…' keeps everything, "…" keeps everything
 * but \" and \\, a backslash keeps the next character. Nothing is expanded and `#` begins no comment.
 *
 * @throws ShellWordsError for a quote that is not closed or a backslash at the end.
 */
export function splitShellWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let position = 0;
  while (position < text.length) {
    const character = text.charAt(position);
    if (BLANKS.includes(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      position += 1;
      continue;
    }
    const piece = readPiece(text, position);
    word = (word ?? '') + piece.text;
    position = piece.end;
  }
  if (word !== undefined) words.push(word);
  return words;
}

interface Piece {
  readonly text: string;
  readonly end: number;
}

function readPiece(text: string, start: number): Piece {
  const character = text.charAt(start);
  if (character === "'") return readSingleQuoted(text, start);
  if (character === '"') return readDoubleQuoted(text, start);
  if (character !== '\\') return {text: character, end: start + 1};
  if (start + 1 === text.length) throw new ShellWordsError('a backslash at the end stands before nothing');
  return {text: text.charAt(start + 1), end: start + 2};
}

function readSingleQuoted(text: string, start: number): Piece {
  const end = text.indexOf("'", start + 1);
  if (end < 0) throw openQuote(text, start);
  return {text: text.slice(start + 1, end), end: end + 1};
}

function readDoubleQuoted(text: string, start: number): Piece {
  let kept = '';
  for (let position = start + 1; position < text.length; position += 1) {
    const character = text.charAt(position);
    if (character === '"') return {text: kept, end: position + 1};
    const next = text.charAt(position + 1);
    if (character === '\\' && (next === '"' || next === '\\')) {
      kept += next;
      position += 1;
    } else {
      kept += character;
    }
  }
  throw openQuote(text, start);
}

function openQuote(text: string, start: number): ShellWordsError {
  return new ShellWordsError(`the quote ${text.charAt(start)} at character ${start + 1} is not closed`);
}
