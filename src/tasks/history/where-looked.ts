import {access, constants} from 'node:fs/promises';
import {ROOT_STATE_DIR} from '../../state-dir.js';
import {codeOf} from '../../errors.js';

/** What to do where the records belong to somebody else. */
export const READER_HINT = 'ask as the user who runs the tasks, through sudo, say';

/**
 * Why runs may be missing in what state folders tell: one that does not exist, or that this user may not read. Another
 * user's runs are recorded in another folder, and mostly they are those of root. Nothing where all is there.
 */
export async function whereLooked(stateDirs: readonly string[], rootStateDir = ROOT_STATE_DIR): Promise<string[]> {
  const remarks: string[] = [];
  let isMissing = false;
  for (const stateDir of new Set(stateDirs)) {
    const trouble = await troubleWith(stateDir);
    if (trouble === 'ENOENT') remarks.push(`no run is recorded in ${stateDir}, which does not exist`);
    if (trouble === 'EACCES') remarks.push(`you may not read ${stateDir}: ${READER_HINT}`);
    isMissing ||= trouble === 'ENOENT';
  }
  if (isMissing && !stateDirs.includes(rootStateDir) && (await troubleWith(rootStateDir)) !== 'ENOENT') {
    remarks.push(`the runs of root are recorded in ${rootStateDir}: ${READER_HINT}`);
  }
  return remarks;
}

async function troubleWith(path: string): Promise<string | undefined> {
  try {
    await access(path, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}
