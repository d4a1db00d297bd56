/** What could move the cursor, ring, retitle a terminal or reorder a line: C0, DEL, C1 and the direction overrides. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const WITHOUT_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** The text on one line, with everything that a terminal would obey made visible: `\n`, `\t`, `\x1b`, `\u202e`. */
export function plainText(text: string): string {
  return text.replace(UNSAFE, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    if (character === '\r') return '\\r';
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** As plainText, but line breaks stay, and what follows them is indented, so that no text can pass for a log line. */
export function plainLines(text: string, indent: string): string {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => plainText(line.replaceAll('\t', '  ')))
    .join(`\n${indent}`);
}

/** Columns that a terminal takes for plain text. */
export function displayWidth(text: string): number {
  let columns = 0;
  for (const character of text) columns += characterWidth(character);
  return columns;
}

/** At most `maxColumns` wide, with `…` for what was cut off. */
export function shorten(text: string, maxColumns: number): string {
  if (displayWidth(text) <= maxColumns) return text;
  let kept = '';
  let columns = 0;
  for (const character of text) {
    columns += characterWidth(character);
    if (columns > maxColumns - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** At most `maxColumns` wide, with `…` for what was taken out of the middle: names and paths differ at their ends. */
export function abridge(text: string, maxColumns: number): string {
  if (displayWidth(text) <= maxColumns) return text;
  const headColumns = Math.floor(maxColumns / 3);
  const characters = Array.from(text);
  let columns = headColumns;
  let at = characters.length;
  while (at > 0 && columns + characterWidth(characters[at - 1] ?? '') <= maxColumns) {
    at -= 1;
    columns += characterWidth(characters[at] ?? '');
  }
  return `${shorten(text, headColumns)}${characters.slice(at).join('')}`;
}

function characterWidth(character: string): number {
  if (WITHOUT_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
