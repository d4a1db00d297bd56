import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {dirname} from 'node:path';
import {messageOf} from '../../errors.js';
import type {Finding} from '../check/check-report.js';

/** What would keep the figures from being written; a run works all the same. Writes nothing. */
export async function checkMetricsFile(path: string | undefined): Promise<Finding[]> {
  if (path === undefined) return [];
  try {
    await access(dirname(path), constants.W_OK);
    return [];
  } catch (error) {
    return [
      {
        message: `metrics_file cannot be written: ${messageOf(error)}`,
        hint: `there must be a folder ${dirname(path)} that you may write`,
      },
    ];
  }
}
