import {type FileHandle, link, rename} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {codeOf, ExpectedError} from '../../errors.js';
import {syncFolder} from '../../state-folder.js';
import {readConfigBytes} from '../config/config-text.js';
import type {PlannedConfig} from './add-section.js';
import type {ExistingConfig} from './config-draft.js';
import {configFileError} from './config-file-error.js';
import {createFreshFile} from './fresh-file.js';
import {InitError} from './init-error.js';

/**
 * Writes the file as planned: after a crash at any time there is the old one or the new one. A new file is never put in
 * the place of one that appeared meanwhile, nor is one that was changed meanwhile replaced.
 *
 * @throws InitError 'config-file'; ConfigError, FileLockError.
 */
export async function writeConfig({draft: {file, path, existing}, text}: PlannedConfig): Promise<void> {
  // The dot hides it from patterns of `include`.
  const freshPath = join(dirname(path), `.${basename(path)}.new`);
  try {
    await using fresh = await createFreshFile(freshPath, [process.geteuid?.(), existing?.uid]);
    const {handle} = fresh;
    if (existing) await makeAlike(handle, existing);
    await handle.writeFile(text);
    await handle.sync();
    if (existing === undefined) await link(freshPath, path);
    else {
      await requireUnchanged(file, existing);
      await rename(freshPath, path);
    }
    await syncFolder(dirname(path));
  } catch (error) {
    if (error instanceof ExpectedError) throw error;
    if (codeOf(error) === 'EEXIST') throw changedMeanwhile(file);
    throw configFileError(`cannot write ${file}`, error);
  }
}

async function makeAlike(handle: FileHandle, {mode, uid, gid}: ExistingConfig): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid);
  await handle.chmod(mode);
}

async function requireUnchanged(file: string, {bytes}: ExistingConfig): Promise<void> {
  if (!(await readConfigBytes(file)).equals(bytes)) throw changedMeanwhile(file);
}

function changedMeanwhile(file: string): InitError {
  return new InitError('config-file', `${file} was changed meanwhile, and is left as it is`, {hint: 'try again'});
}
