import {plainText} from '../../plain-text.js';

const MAX_QUOTED_LENGTH = 80;

/** A piece of the configuration as messages quote it: in one line, without control characters, cut when it is long. */
export function quoted(text: string): string {
  const start = text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text;
  return `'${plainText(start)}'`;
}
