import {ConfigError} from '../../../tasks/config/config-error.js';
import {KeyFault} from '../../../tasks/config/key-fault.js';
import {snapshotSize} from '../../../tasks/config/key-values.js';
import type {SourceLook} from '../../../tasks/init/look-at-source.js';
import type {TaskAnswers} from '../../../tasks/init/task-answers.js';
import {UsageError} from '../usage-error.js';
import type {Dialogue} from './dialogue.js';

type Snapshot = TaskAnswers['snapshot'];

/** Room enough when little is written during a run. */
const USUAL_SIZE = '10%ORIGIN';
const NONE = 'none';

/** Whether the source is read from a snapshot: a logical volume is, unless somebody says otherwise. */
export async function chooseSnapshot(
  {path, volume}: SourceLook,
  given: string | undefined,
  dialogue: Dialogue | undefined,
): Promise<Snapshot> {
  if (given !== undefined && given.toLowerCase() === NONE) return undefined;
  if (volume === undefined) {
    if (given === undefined) return undefined;
    throw new UsageError(`${path} is no logical volume, and cannot have a snapshot`, 'leave --snapshot out');
  }
  if (volume.kind === 'thin') {
    if (given !== undefined) requireSize(given);
    else if (
      dialogue &&
      !(await dialogue.askYesNo('Read from a snapshot? It needs no size, as the volume is thin.', true))
    )
      return undefined;
    return {size: undefined};
  }
  if (given !== undefined) return {size: requireSize(given)};
  if (dialogue === undefined) return {size: USUAL_SIZE};
  return await dialogue.ask(
    `Read from a snapshot, with how much room for what changes during a run? 5G, 10%ORIGIN, or ${NONE}`,
    (text): Snapshot => (text.toLowerCase() === NONE ? undefined : {size: requireSize(text)}),
    USUAL_SIZE,
  );
}

function requireSize(text: string): string {
  try {
    return snapshotSize(text);
  } catch (error) {
    if (!(error instanceof KeyFault)) throw error;
    throw new ConfigError('config-value', `--snapshot: ${error.message}`, {}, {hint: error.hint, cause: error});
  }
}
