import {fileURLToPath} from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Words that start our programs. */
export const OUR_BDSYNC: readonly [string, ...string[]] = [process.execPath, `${ROOT}bin/bdsync.cjs`];
export const OUR_MANAGER: readonly string[] = [process.execPath, `${ROOT}bin/bdsync-manager.js`];
export const REFERENCE: readonly string[] = [process.execPath, `${ROOT}build/bench/reference-pair.js`];
