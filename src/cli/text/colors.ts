const CODES = {bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39]} as const;

export type Color = keyof typeof CODES;

/** Wraps text in the sequences of a color, or leaves it alone where colors are not wanted. */
export type Paint = (color: Color, text: string) => string;

export function painter(hasColors: boolean): Paint {
  if (!hasColors) return (_color, text) => text;
  return (color, text) => `\u001b[${CODES[color][0]}m${text}\u001b[${CODES[color][1]}m`;
}
