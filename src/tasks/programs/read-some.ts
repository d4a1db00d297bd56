import type {Child} from '../../hosts/host.js';

/** One line is expected, and a login shell may greet before it. */
const MAX_OUTPUT_BYTES = 65_536;

/**
 * Reads standard output to its end; of more than a little, only the beginning is returned. `onMore` gets what there is so
 * far.
 */
export async function readSome({stdout}: Pick<Child, 'stdout'>, onMore?: (text: string) => void): Promise<string> {
  let text = '';
  for await (const chunk of stdout) {
    if (text.length >= MAX_OUTPUT_BYTES) continue;
    text += String(chunk);
    onMore?.(text);
  }
  return text;
}
