import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import {dirname} from 'node:path';
import {messageOf} from '../../errors.js';
import type {Finding} from '../check/check-report.js';
import {figuresBefore} from './figures-before.js';
import {MetricsError} from './metrics-error.js';

/** What would keep the figures from being written; a run works all the same. Writes nothing. */
export async function checkMetricsFile(path: string | undefined): Promise<Finding[]> {
  if (path === undefined) return [];
  try {
    await access(dirname(path), constants.W_OK);
    await figuresBefore(path);
    return [];
  } catch (error) {
    if (error instanceof MetricsError) return [{message: error.message, hint: 'name a file of its own'}];
    return [
      {
        message: `metrics_file cannot be written: ${messageOf(error)}`,
        hint: `there must be a folder ${dirname(path)} that you may write`,
      },
    ];
  }
}
