import {codeOf, messageOf} from '../../errors.js';
import {InitError} from './init-error.js';

/** `trouble` with a configuration file, and what the system says of it. */
export function configFileError(trouble: string, cause: unknown): InitError {
  return new InitError('config-file', `${trouble}: ${messageOf(cause)}`, {cause, hint: HINTS[codeOf(cause) ?? '']});
}

const HINTS: Readonly<Record<string, string>> = {
  EACCES: 'only root may do that; another file is named with --config',
  EPERM: 'only root may do that; another file is named with --config',
  ENOENT: 'make its folder first, or name another file with --config',
};
