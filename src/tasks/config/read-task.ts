import {checkDiffOptions} from '../../bdsync/compare/check-diff-options.js';
import {BdsyncError} from '../../bdsync/errors.js';
import {diffOptions} from './bdsync-args.js';
import type {ConfigError} from './config-error.js';
import {KeyFault} from './key-fault.js';
import type {KeyContext} from './key-rule.js';
import {type NotifyConfig, notifyConfig} from './notify-config.js';
import {stripBlanks} from './python-text.js';
import type {LvmSnapshotConfig, TaskConfig} from './task-config.js';
import {TASK_KEYS, type TaskKeyName, type TaskValues, keyRule} from './task-keys.js';
import type {TaskSource} from './task-source.js';
import {type VolumeSet, volumePattern} from './volume-set.js';
import {namesVolume} from './volume-template.js';

export type ReadTask =
  | {readonly state: 'valid'; readonly config: TaskConfig}
  /** A section of many volumes: what is theirs stands in `config` as a template. */
  | {readonly state: 'set'; readonly config: TaskConfig; readonly set: VolumeSet}
  | {
      readonly state: 'invalid';
      /** These four as far as they can be told. */
      readonly disabled: boolean;
      readonly stateDir: string | undefined;
      readonly metricsFile: string | undefined;
      readonly notify: NotifyConfig;
      readonly errors: readonly ConfigError[];
    };

/** What of a task's values depends on this machine and its user. */
export type Surroundings = Omit<KeyContext, 'targetIsRemote' | 'hasManyVolumes'> & {
  readonly pathExists: (path: string) => boolean;
};

type Incomplete<Name extends TaskKeyName> = {-readonly [Key in Name]?: TaskValues[Key]};
type IncompleteValues = Incomplete<TaskKeyName>;

/** Reads all keys of one task; it comes out complete, or with everything that is wrong with it. */
export function readTask(name: string, source: TaskSource, surroundings: Surroundings): ReadTask {
  const pattern = sourcePattern(source, surroundings);
  const context = {...surroundings, targetIsRemote: hasConnection(source), hasManyVolumes: pattern !== undefined};
  const values: IncompleteValues = {};
  const errors: ConfigError[] = [];
  for (const key of TASK_KEYS) {
    try {
      const isForPattern = key.alsoForManyVolumes === true && context.hasManyVolumes;
      const isUsed = key.onlyWith === undefined || values[key.onlyWith] === true || isForPattern;
      readKey(key.name, isUsed ? textOf(key.name, source) : '', values, context);
    } catch (error) {
      if (!(error instanceof KeyFault)) throw error;
      errors.push(source.errorOf(key.name, error));
    }
  }
  if (lacksPatchDir(values)) errors.push(patchDirError(source));
  if (pattern && needsNamesOfTheirOwn(values)) errors.push(snapshotNameError(source));
  const optionsFault = findOptionsFault(values);
  if (optionsFault) errors.push(source.errorOf('bdsync_args', optionsFault));
  if (errors.length === 0 && isComplete(values)) {
    const config = taskConfig(name, values);
    return pattern ? {state: 'set', config, set: volumeSet(pattern, values)} : {state: 'valid', config};
  }
  const {disabled = false, state_dir: stateDir, metrics_file: metricsFile} = values;
  return {state: 'invalid', disabled, stateDir, metricsFile, notify: notifyConfig(values), errors};
}

function sourcePattern(source: TaskSource, {pathExists}: Surroundings): ReturnType<typeof volumePattern> {
  try {
    return volumePattern(textOf('source_path', source), pathExists);
  } catch (error) {
    if (error instanceof KeyFault) return undefined;
    throw error;
  }
}

function hasConnection(source: TaskSource): boolean {
  try {
    return textOf('connection_command', source) !== '';
  } catch (error) {
    if (error instanceof KeyFault) return true;
    throw error;
  }
}

/** Empty for a key that is not there: to leave a value empty is to unset it, also against `[DEFAULT]`. */
function textOf(key: TaskKeyName, source: TaskSource): string {
  const text = source.textOf(key) ?? '';
  if (text.includes('\0')) throw new KeyFault('holds a NUL character');
  return stripBlanks(text) === '' ? '' : text;
}

function readKey<Name extends TaskKeyName>(
  name: Name,
  text: string,
  values: Incomplete<Name>,
  context: KeyContext,
): void {
  const rule = keyRule(name);
  values[name] = text === '' ? rule.whenUnset(context) : rule.parse(text, context);
}

function lacksPatchDir(values: IncompleteValues): boolean {
  const isKnown = 'target_patch_dir' in values && values.apply_patch_in_place !== undefined;
  return isKnown && values.target_patch_dir === undefined && !values.apply_patch_in_place;
}

function patchDirError(source: TaskSource): ConfigError {
  const fault = new KeyFault(`must be set, unless ${source.nameOf('apply_patch_in_place')} is on`, {
    code: 'config-missing-key',
  });
  return source.errorOf('target_patch_dir', fault);
}

/** Snapshots that exist at the same time. */
function needsNamesOfTheirOwn({lvm_snapshot_together: together, lvm_snapshot_name: name}: IncompleteValues): boolean {
  return together === true && name !== undefined && !namesVolume(name);
}

function snapshotNameError(source: TaskSource): ConfigError {
  const fault = new KeyFault(`must have the word {volume}: ${source.nameOf('lvm_snapshot_together')} is on`, {
    hint: 'leave it empty for {volume}-bdsync',
  });
  return source.errorOf('lvm_snapshot_name', fault);
}

/** What bdsync_args ask of the built-in engine and it cannot do; another program has limits of its own. */
function findOptionsFault(values: IncompleteValues): KeyFault | undefined {
  const isBuiltIn = 'local_bdsync_bin' in values && values.local_bdsync_bin === undefined;
  if (values.bdsync_args === undefined || !isBuiltIn) return undefined;
  try {
    checkDiffOptions(diffOptions(values.bdsync_args));
    return undefined;
  } catch (error) {
    if (!(error instanceof BdsyncError)) throw error;
    return new KeyFault(error.message, {hint: error.hint, cause: error});
  }
}

function isComplete(values: IncompleteValues): values is TaskValues {
  return TASK_KEYS.every(({name}) => name in values);
}

function volumeSet({group, pattern}: Pick<VolumeSet, 'group' | 'pattern'>, values: TaskValues): VolumeSet {
  return {
    group,
    pattern,
    include: values.source_include,
    exclude: values.source_exclude,
    lvmProgramPath: values.lvm_program_path,
    snapshotsTogether: values.lvm_snapshot_together,
  };
}

function taskConfig(name: string, values: TaskValues): TaskConfig {
  return {
    name,
    disabled: values.disabled,
    sourcePath: values.source_path,
    targetPath: values.target_path,
    connectionCommand: values.connection_command,
    connectionQuoting: values.connection_quoting,
    localBdsyncBin: values.local_bdsync_bin,
    remoteBdsyncBin: values.remote_bdsync_bin,
    bdsyncArgs: {...values.bdsync_args, flushCache: values.bdsync_args.flushCache || values.flush_cache},
    targetPatchDir: values.target_patch_dir,
    applyPatchInPlace: values.apply_patch_in_place,
    createTargetIfMissing: values.create_target_if_missing,
    targetThinPool: values.target_thin_pool,
    growTarget: values.grow_target,
    verifyAfter: values.verify_after,
    targetLvmProgramPath: values.target_lvm_program_path,
    allowTargetInUse: values.allow_target_in_use,
    allowPlaintext: values.allow_plaintext,
    bandwidthLimitBytesPerSecond: values.bandwidth_limit,
    stallTimeoutMs: values.stall_timeout,
    stateDir: values.state_dir,
    warnAfterMs: values.warn_after,
    critAfterMs: values.crit_after,
    metricsFile: values.metrics_file,
    lvmSnapshot: values.lvm_snapshot_enabled ? lvmSnapshot(values) : undefined,
    notify: notifyConfig(values),
  };
}

function lvmSnapshot(values: TaskValues): LvmSnapshotConfig {
  const {before_snapshot: before, after_snapshot: after, snapshot_hook_timeout: timeoutMs} = values;
  return {
    size: values.lvm_snapshot_size,
    name: values.lvm_snapshot_name,
    programPath: values.lvm_program_path,
    hooks: before === undefined && after === undefined ? undefined : {before, after, timeoutMs},
    autoextend: values.lvm_snapshot_autoextend,
  };
}
