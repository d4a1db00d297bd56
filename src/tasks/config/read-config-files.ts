import {constants} from 'node:fs';
import {readdir, stat} from 'node:fs/promises';
import {basename, dirname, join, resolve} from 'node:path';
import {codeOf, messageOf} from '../../errors.js';
import {ConfigError} from './config-error.js';
import type {ConfigSection} from './config-parser.js';
import {readConfigBytes} from './config-text.js';
import {FileSection} from './file-section.js';
import {INCLUDE_KEY} from './include-key.js';
import {KeyFault} from './key-fault.js';
import {shellWords} from './key-values.js';
import {hasWildcard, matchesGlob} from './name-glob.js';
import {parseSections} from './parse-sections.js';

/** More is a folder named by mistake. */
const MAX_FILES = 10_000;
const NO_MAIN_FILE_HINT = "'bdsync-manager init' makes one; another file is named with --config";

export interface ConfigFile {
  readonly path: string;
  /** By every user of this machine. */
  readonly isReadableByAll: boolean;
  readonly defaults: ConfigSection;
  readonly sections: readonly ConfigSection[];
}

/** The file that was asked for, and what it includes. */
export interface ConfigFiles {
  readonly main: ConfigFile;
  /** In the order in which they are named, those of a pattern by their names. */
  readonly included: readonly ConfigFile[];
}

/**
 * Reads a configuration file and the files that it includes, which include none themselves.
 *
 * @throws ConfigError 'config-unreadable', 'config-syntax', and for a value of `include` that cannot be understood.
 */
export async function readConfigFiles(path: string): Promise<ConfigFiles> {
  const main = await readOne(path, NO_MAIN_FILE_HINT);
  const included: ConfigFile[] = [];
  const line = main.defaults.options.get(INCLUDE_KEY)?.line;
  const namedHere = `${path}:${line} names it, in ${INCLUDE_KEY}`;
  for (const includedPath of await includedPaths(main)) included.push(await readOne(includedPath, namedHere));
  refuseDoubleSections([main, ...included]);
  return {main, included};
}

/** A section as its task sees it: what it inherits comes from its own file first, then from the main one. */
export function fileSection({main}: ConfigFiles, file: ConfigFile, section: ConfigSection): FileSection {
  const inherited = file === main ? [main] : [file, main];
  return new FileSection(
    {file: file.path, section},
    inherited.map(({path, defaults}) => ({file: path, section: defaults})),
  );
}

async function readOne(path: string, hintForMissing: string): Promise<ConfigFile> {
  const bytes = await readConfigBytes(path, hintForMissing);
  // Whoever takes the file away meanwhile has taken away the secret, too.
  const mode = await stat(path).then(
    (found) => found.mode,
    () => 0,
  );
  return {path, isReadableByAll: (mode & constants.S_IROTH) !== 0, ...parseSections(path, bytes)};
}

async function includedPaths({path, defaults}: ConfigFile): Promise<readonly string[]> {
  if (!defaults.options.has(INCLUDE_KEY)) return [];
  const source = new FileSection({file: path, section: defaults}, []);
  try {
    const patterns = shellWords(source.textOf(INCLUDE_KEY) ?? '').map((word) => resolve(dirname(path), word));
    const paths = (await Promise.all(patterns.map(matchingPaths))).flat();
    const unique = [...new Set(paths)].filter((each) => each !== resolve(path));
    if (unique.length > MAX_FILES) throw new KeyFault(`stands for more than ${MAX_FILES} files`);
    return unique;
  } catch (error) {
    throw error instanceof KeyFault ? source.errorOf(INCLUDE_KEY, error) : error;
  }
}

/** A pattern may match nothing; a file that is named must be there. */
async function matchingPaths(pattern: string): Promise<readonly string[]> {
  const [folder, name] = [dirname(pattern), basename(pattern)];
  if (hasWildcard(folder)) {
    throw new KeyFault(`${pattern} has a wildcard in a folder's name`, {
      hint: 'only the name of the file may have one',
    });
  }
  if (!hasWildcard(name)) return [pattern];
  try {
    const names = await readdir(folder);
    // As in the shell, and as editors and packages hide what is no configuration.
    return names
      .filter((each) => !each.startsWith('.') && matchesGlob(name, each))
      .toSorted()
      .map((each) => join(folder, each));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new KeyFault(`cannot read the folder ${folder}: ${messageOf(error)}`, {cause: error});
  }
}

function refuseDoubleSections(files: readonly ConfigFile[]): void {
  const seen = new Map<string, {readonly path: string; readonly line: number}>();
  for (const {path, sections} of files) {
    for (const {name, line} of sections) {
      const earlier = seen.get(name);
      if (earlier) {
        const message = `${path}:${line}: the section [${name}] is in ${earlier.path}, too, in line ${earlier.line}`;
        throw new ConfigError('config-syntax', message, {file: path, line, section: name});
      }
      seen.set(name, {path, line});
    }
  }
}
