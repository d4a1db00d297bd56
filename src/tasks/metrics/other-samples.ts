import {access} from 'node:fs/promises';
import {codeOf} from '../../errors.js';

/** Lines of figures by the name of their metric. */
export type SampleLines = ReadonlyMap<string, readonly string[]>;

/** A value of a label, as metrics-text.ts writes it. */
const TEXT = String.raw`"((?:[^"\\\n]|\\[\\"n])*)"`;
const TAIL = String.raw`(?:,task=${TEXT})?(?:,(?:outcome|version)=${TEXT})?`;
const LINE = new RegExp(String.raw`^(bdsync_manager_[a-z_]+)\{config=${TEXT}${TAIL}\} \d+(?:\.\d+)?$`);

/**
 * The figures in a file that are those of other configurations. Taken is only what has our own form: what is torn or
 * foreign would keep a collector from reading all of the file. A configuration that is gone has no figures any more.
 */
export async function otherSamples(text: string, origin: string, isGone = isMissing): Promise<SampleLines> {
  // Behind the last line feed, a line may be torn. A collector refuses what is there twice.
  const lines = text.split('\n').slice(0, -1);
  const once = new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line]));
  const gone = new Map<string, boolean>();
  const kept = new Map<string, string[]>();
  for (const line of once.values()) {
    const [, name, escaped] = LINE.exec(line) ?? [];
    if (name === undefined || escaped === undefined) continue;
    const config = unescaped(escaped);
    if (config === origin) continue;
    if (!gone.has(config)) gone.set(config, await isGone(config));
    if (gone.get(config) !== true) kept.set(name, [...(kept.get(name) ?? []), line]);
  }
  return kept;
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_all, letter: string) => (letter === 'n' ? '\n' : letter));
}

/** Not what only cannot be looked at. */
async function isMissing(path: string): Promise<boolean> {
  try {
    await access(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '');
  }
}
