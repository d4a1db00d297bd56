/** What could move the cursor, ring, retitle a terminal or reorder a line: C0, DEL, C1 and the marks of direction. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

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
