const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const WITHOUT_WIDTH = /\p{Mn}|\p{Me}|\p{Cf}/u;

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
