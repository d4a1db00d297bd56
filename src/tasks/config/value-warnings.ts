import {type ConfigWarning, warningOf} from './config-warning.js';
import {KeyFault} from './key-fault.js';
import {quoted} from './quoted.js';
import type {TaskConfig} from './task-config.js';
import type {TaskKeyName} from './task-keys.js';
import type {TaskSource} from './task-source.js';

/** About values that can be used, but hardly do what was meant; for `check`. */
export function valueWarnings(config: TaskConfig, source: TaskSource): readonly ConfigWarning[] {
  if (config.disabled) return [];
  const {warnAfterMs, critAfterMs} = config;
  const warnings = localPaths(config)
    .filter(([, path]) => !path.startsWith('/'))
    .map(([key, path]) => warningOf(source, key, relativePathFault(path), false));
  if (warnAfterMs === undefined || critAfterMs === undefined || warnAfterMs <= critAfterMs) return warnings;
  const fault = new KeyFault(
    `is longer than ${source.nameOf('crit_after')}: status never warns before it is critical`,
    {
      hint: `make ${source.nameOf('warn_after')} the shorter one`,
    },
  );
  return [...warnings, warningOf(source, 'warn_after', fault, false)];
}

/** What the task takes from this machine; paths behind a connection are taken from the folder in which commands start there. */
function localPaths({
  sourcePath,
  targetPath,
  targetPatchDir,
  applyPatchInPlace,
  connectionCommand,
}: TaskConfig): readonly (readonly [TaskKeyName, string])[] {
  const source = ['source_path', sourcePath] as const;
  if (connectionCommand.length > 0) return [source];
  const target = ['target_path', targetPath] as const;
  if (targetPatchDir === undefined || applyPatchInPlace) return [source, target];
  return [source, target, ['target_patch_dir', targetPatchDir]];
}

function relativePathFault(path: string): KeyFault {
  return new KeyFault(`${quoted(path)} is taken from the current folder, which is another one under cron and systemd`, {
    hint: "begin with '/' or '~/'",
  });
}
