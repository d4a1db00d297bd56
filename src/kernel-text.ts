import {readFile} from 'node:fs/promises';

/** What a file of /proc or /sys says, without its last line feed; undefined where the kernel shows no such file. */
export async function kernelText(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text?.replace(/\n$/, '');
}
