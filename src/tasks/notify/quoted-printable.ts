const MAX_LINE_CHARACTERS = 76;

/** Text for a mail in US-ASCII and in short lines, whatever it holds, as RFC 2045 has it; lines end in `\n`. */
export function quotedPrintable(text: string): string {
  return text.split('\n').map(encodeLine).join('\n');
}

function encodeLine(line: string): string {
  const lines: string[] = [];
  let current = '';
  const bytes = Buffer.from(line);
  for (const [index, byte] of bytes.entries()) {
    const piece = encodeByte(byte, index === bytes.length - 1);
    if (current.length + piece.length >= MAX_LINE_CHARACTERS) {
      lines.push(`${current}=`);
      current = '';
    }
    current += piece;
  }
  return [...lines, current].join('\n');
}

/** A blank at the end of a line may be lost on the way. */
function encodeByte(byte: number, isLast: boolean): string {
  const isPlain = (byte > 0x20 && byte < 0x7f && byte !== 0x3d) || (byte === 0x20 && !isLast);
  return isPlain ? String.fromCharCode(byte) : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}
