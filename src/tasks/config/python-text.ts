// What Python's str.strip() takes for blank: String.prototype.trim() differs (it takes U+FEFF and leaves U+001C to
// U+001F and U+0085).
const BLANK = '\\t\\n\\v\\f\\r\\x1c-\\x1f \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const LEADING_BLANKS = new RegExp(`^[${BLANK}]+`);
const NOT_BLANK = new RegExp(`[^${BLANK}]`);

/** `text` without the blanks at both ends, as Python's `str.strip()`. */
export function stripBlanks(text: string): string {
  return stripTrailingBlanks(text.replace(LEADING_BLANKS, ''));
}

/** `text` without the blanks at its end, as Python's `str.rstrip()`. */
export function stripTrailingBlanks(text: string): string {
  // Backwards by hand: a regular expression anchored at the end alone takes quadratic time on long runs of blanks.
  let end = text.length;
  while (end > 0 && !NOT_BLANK.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** How many blanks `line` begins with. */
export function indentOf(line: string): number {
  return line.length - line.replace(LEADING_BLANKS, '').length;
}
