import {readFileSync, readlinkSync} from 'node:fs';
import {ExpectedError} from '../errors.js';

/** What Node.js puts in the place of bytes that are no UTF-8. A name may really contain it. */
const REPLACEMENT = '\ufffd';
/** Those that name folders in which something is read or written. */
const VARIABLES = ['HOME', 'STATE_DIRECTORY', 'XDG_STATE_HOME'];

/** Node.js hands over another text than was given: a path in it may lead to another file, which exists. */
export class EncodingError extends ExpectedError<'not-utf8'> {
  constructor(what: string, hint: string) {
    super('not-utf8', `${what} is not UTF-8`, {hint});
  }
}

/**
 * The words that the program was given, unless their bytes are others. They must be the last ones of its command line.
 *
 * @throws EncodingError
 */
export function requireUtf8Words(words: readonly string[]): readonly string[] {
  if (!words.some(isDoubtful)) return words;
  const given = partsOf('/proc/self/cmdline').slice(-words.length);
  for (const [index, word] of words.entries()) {
    const bytes = given[index];
    if (isDoubtful(word) && !isSame(word, bytes)) {
      throw new EncodingError(
        `the argument '${bytes === undefined ? word : readable(bytes)}'`,
        'a path of other bytes can be given by a symbolic link to it',
      );
    }
  }
  return words;
}

/**
 * Refuses a working folder, and variables that name folders, whose bytes are others than their text says.
 *
 * @throws EncodingError
 */
export function requireUtf8Surroundings(): void {
  const folder = process.cwd();
  if (
    isDoubtful(folder) &&
    !isSame(
      folder,
      unlessMissing(() => readlinkSync('/proc/self/cwd', {encoding: 'buffer'})),
    )
  ) {
    throw new EncodingError('the path of the working folder', 'start it in another folder, with whole paths');
  }
  const doubtful = VARIABLES.filter((name) => isDoubtful(process.env[name] ?? ''));
  if (doubtful.length === 0) return;
  const given = partsOf('/proc/self/environ');
  for (const name of doubtful) {
    const entry = Buffer.from(`${name}=${process.env[name]}`);
    if (!given.some((part) => part.equals(entry))) {
      throw new EncodingError(`the value of $${name}`, 'set it to a path in UTF-8, such as a symbolic link');
    }
  }
}

function isDoubtful(text: string): boolean {
  return text.includes(REPLACEMENT);
}

function isSame(text: string, bytes: Buffer | undefined): boolean {
  return bytes?.equals(Buffer.from(text)) ?? false;
}

/** Each as it is before the NUL that ends it; none where there is no such file. */
function partsOf(file: string): Buffer[] {
  const bytes = unlessMissing(() => readFileSync(file)) ?? Buffer.alloc(0);
  const parts: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start)) {
    parts.push(bytes.subarray(start, end));
  }
  return parts;
}

/** Without /proc, nothing tells the bytes: what is doubtful is refused. */
function unlessMissing<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** What is not ASCII as `\xfe`. */
function readable(bytes: Buffer): string {
  return Array.from(bytes, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('');
}
