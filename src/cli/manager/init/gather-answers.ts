import {taskConfigFrom} from '../../../tasks/config/configuration.js';
import type {TaskConfig} from '../../../tasks/config/task-config.js';
import {plainText} from '../../../plain-text.js';
import type {Finding} from '../../../tasks/check/check-report.js';
import type {HostPool} from '../../../tasks/ends/host-pool.js';
import type {ConfigDraft} from '../../../tasks/init/config-draft.js';
import {inheritedNames, namesInDraft, requireNewName} from '../../../tasks/init/draft-names.js';
import type {TargetLook} from '../../../tasks/init/look-at-target.js';
import {noteSource} from '../../../tasks/init/note-source.js';
import {noteTarget} from '../../../tasks/init/note-target.js';
import {suggestName} from '../../../tasks/init/suggest-name.js';
import {keysOfAnswers, type TaskAnswers} from '../../../tasks/init/task-answers.js';
import {planTask} from '../../../tasks/plan.js';
import {formatReach} from '../../text/init-text.js';
import type {CommandContext} from '../command-context.js';
import {chooseSnapshot} from './choose-snapshot.js';
import {chooseSource} from './choose-source.js';
import {chooseTarget} from './choose-target.js';
import type {Dialogue} from './dialogue.js';
import {type InitFlags, initOptionName} from './init-flags.js';
import {interruptible} from './interruptible.js';
import {settleTarget} from './settle-target.js';

/** A task that is decided, and what was seen of its ends meanwhile. */
export interface GatheredTask {
  readonly answers: TaskAnswers;
  readonly look: TargetLook;
  readonly notes: readonly Finding[];
}

interface GatherRequest {
  readonly flags: InitFlags;
  readonly draft: ConfigDraft;
  readonly pool: HostPool;
  readonly context: CommandContext;
  /** Undefined where nobody is to be asked. */
  readonly dialogue: Dialogue | undefined;
}

/** Takes what the options say, looks at both ends, and asks for the rest where there is somebody to ask. */
export async function gatherAnswers({flags, draft, pool, context, dialogue}: GatherRequest): Promise<GatheredTask> {
  const source = await chooseSource(flags.source, context, dialogue);
  const name = await chooseName(source.path, flags.task, draft, dialogue);
  const snapshot = await chooseSnapshot(source, flags.snapshot, dialogue);
  const target = await chooseTarget(flags, dialogue);
  const given = {
    createsTarget: flags.createTargetIfMissing === true,
    growsTarget: flags.growTarget === true,
    bdsyncArgs: flags.bdsyncArgs,
  };
  const soFar = {name, sourcePath: source.path, ...target, ...given, snapshot, patchDir: flags.targetPatchDir};
  const look = await lookAtTarget(soFar, pool, context);
  await dialogue?.tell(formatReach(look));
  const facts = {look, path: soFar.targetPath, sourceBytes: source.sizeBytes, given};
  const inheritsArgs = inheritedNames(draft).has('bdsync_args');
  const settled = dialogue ? await settleTarget({...facts, inheritsArgs}, dialogue) : given;
  const patchDir = flags.targetPatchDir ?? (await choosePatchDir(look, dialogue));
  const answers = {...soFar, ...settled, patchDir};
  readAnswers(answers);
  return {answers, look, notes: [...noteSource(source, snapshot), ...noteTarget(soFar.targetPath, look)]};
}

async function chooseName(
  sourcePath: string,
  given: string | undefined,
  draft: ConfigDraft,
  dialogue: Dialogue | undefined,
): Promise<string> {
  const suggested = suggestName(sourcePath, namesInDraft(draft));
  if (given !== undefined || dialogue === undefined) return given ?? suggested;
  const read = (name: string): string => {
    requireNewName(draft, name);
    return name;
  };
  return await dialogue.ask('A name for the task', read, suggested);
}

async function lookAtTarget(answers: TaskAnswers, pool: HostPool, context: CommandContext): Promise<TargetLook> {
  const plan = planTask(readAnswers(answers));
  return await interruptible(context, (signal) => context.tasks.lookAtTarget(plan, pool, signal));
}

/** Throws a ConfigError that names the options. */
function readAnswers(answers: TaskAnswers): TaskConfig {
  return taskConfigFrom(answers.name, Object.fromEntries(keysOfAnswers(answers)), initOptionName);
}

async function choosePatchDir(
  {isLocal, hostName}: TargetLook,
  dialogue: Dialogue | undefined,
): Promise<string | undefined> {
  if (dialogue === undefined) return undefined;
  await dialogue.tell(PATCH_FOLDER);
  const place = isLocal ? 'here' : `on ${plainText(hostName)}`;
  const folder = await dialogue.ask(`A folder ${place} for that, or nothing`, (text) => text, '');
  return folder === '' ? undefined : folder;
}

const PATCH_FOLDER = `Differences can be written as they are found; a run that breaks off then leaves the copy incomplete until the next
one. Or they are collected in a folder first, and applied when they are complete.
`;
