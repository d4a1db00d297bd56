import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {delimiter, join} from 'node:path';
import {messageOf} from '../../errors.js';
import {TaskError, type TaskErrorCode} from '../task-error.js';

/**
 * Makes sure that a program of this machine can be started. A name without a slash is looked up in the search path.
 *
 * @throws TaskError with `code`, naming `key`.
 */
export async function requireProgram(program: string, key: string, code: TaskErrorCode): Promise<void> {
  if (program.includes('/')) {
    const fault = await faultOf(program);
    if (fault === undefined) return;
    throw new TaskError(code, `${key}: ${program} is not an executable file: ${messageOf(fault)}`, {cause: fault});
  }
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && (await faultOf(join(folder, program))) === undefined) return;
  }
  throw new TaskError(code, `${key}: there is no program ${JSON.stringify(program)} in the search path`, {
    hint: 'install it, or give its full path',
  });
}

async function faultOf(path: string): Promise<unknown> {
  try {
    if (!(await stat(path)).isFile()) return new TypeError('not a file');
    await access(path, constants.X_OK);
    return undefined;
  } catch (error) {
    return error;
  }
}
