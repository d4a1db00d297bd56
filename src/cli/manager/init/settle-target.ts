import {plainText} from '../../../plain-text.js';
import {parseVolumePath} from '../../../lvm/volume-path.js';
import type {LookedTarget, TargetLook} from '../../../tasks/init/look-at-target.js';
import type {TaskAnswers} from '../../../tasks/init/task-answers.js';
import {formatBytes} from '../../../units.js';
import type {Dialogue} from './dialogue.js';

type TargetAnswers = Pick<TaskAnswers, 'createsTarget' | 'growsTarget' | 'bdsyncArgs'>;

interface TargetFacts {
  readonly path: string;
  readonly sourceBytes: number;
  readonly look: TargetLook;
  /** What options say. */
  readonly given: TargetAnswers;
  /** `[DEFAULT]` has options of bdsync, which others would replace. */
  readonly inheritsArgs: boolean;
}

/** Asks what is to be done about a target that is missing, or of another size than its source. */
export async function settleTarget(facts: TargetFacts, dialogue: Dialogue): Promise<TargetAnswers> {
  const {look, path, given} = facts;
  const {target, reach} = look;
  if (reach !== 'reached') {
    if (!(await dialogue.askYesNo('Go on without a look at the target?', false))) dialogue.end();
    return given.createsTarget ? given : {...given, createsTarget: await dialogue.askYesNo(CREATE_IF_MISSING, true)};
  }
  if (target === undefined) return given;
  if (target.kind === 'present') return await settleSize(facts, target, dialogue);
  if (given.createsTarget || target.creatable === undefined) return given;
  const what = target.creatable === 'file' ? 'a file' : 'a logical volume';
  const question = `${plainText(path)} does not exist there. Let the first run create it, as ${what}?`;
  return {...given, createsTarget: await dialogue.askYesNo(question, true)};
}

const CREATE_IF_MISSING = 'Let the first run create the target if it is missing?';

async function settleSize(
  {path, sourceBytes, given, inheritsArgs}: TargetFacts,
  {sizeBytes, deviceKind}: Extract<LookedTarget, {kind: 'present'}>,
  dialogue: Dialogue,
): Promise<TargetAnswers> {
  if (sizeBytes === undefined || sizeBytes === sourceBytes || given.bdsyncArgs !== undefined) return given;
  const [has, wants] = [sizeBytes, sourceBytes].map(formatBytes);
  const fact = `${plainText(path)} has ${has}, its source ${wants}.`;
  if (sizeBytes < sourceBytes) {
    const canGrow = deviceKind === 'file' || parseVolumePath(path) !== undefined;
    if (given.growsTarget || !canGrow) return given;
    return {...given, growsTarget: await dialogue.askYesNo(`${fact} Let it grow?`, true)};
  }
  if (inheritsArgs) return given;
  const isWanted = await dialogue.askYesNo(`${fact} Leave alone what it has more?`, true);
  return isWanted ? {...given, bdsyncArgs: '--diffsize=minsize'} : given;
}
