import {randomUUID} from 'node:crypto';
import {constants} from 'node:fs';
import {open, rename, rm} from 'node:fs/promises';
import {ExpectedError, messageOf} from '../../errors.js';
import {OWN_WRITES} from '../../write-gate.js';

/** The file for the figures cannot be written. */
export class MetricsError extends ExpectedError<'metrics-file'> {}

const {O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY} = constants;

/** Whoever collects it is somebody else. */
const MODE = 0o644;

/**
 * Puts text into a file that others read at any time: they see the old one or the new one as a whole.
 *
 * @throws MetricsError
 */
export async function replaceMetricsFile(path: string, text: string): Promise<void> {
  await OWN_WRITES.pass(() => replaceFile(path, text));
}

async function replaceFile(path: string, text: string): Promise<void> {
  // Not with the ending of the file: collectors look for that.
  const freshPath = `${path}.${randomUUID()}.new`;
  try {
    await using fresh = await open(freshPath, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, MODE);
    // Whatever the umask is.
    await fresh.chmod(MODE);
    await fresh.writeFile(text);
    await fresh.datasync();
    await rename(freshPath, path);
  } catch (error) {
    await rm(freshPath, {force: true}).catch(() => undefined);
    throw new MetricsError('metrics-file', `cannot write metrics_file: ${messageOf(error)}`, {cause: error});
  }
}
