import {spawnSync} from 'node:child_process';

/**
 * The original program: $BDSYNC_NATIVE, or a `bdsync` on the PATH that does not know `--version` as ours does. Undefined
 * where there is none.
 */
export const nativeBdsync: string | undefined = findNative();

export const NO_NATIVE_BDSYNC = 'there is no original bdsync (BDSYNC_NATIVE names one)';

function findNative(): string | undefined {
  const named = process.env['BDSYNC_NATIVE'];
  if (named !== undefined && named !== '') return named;
  const {error, status} = spawnSync('bdsync', ['--version'], {stdio: 'ignore'});
  return error === undefined && status !== 0 ? 'bdsync' : undefined;
}
