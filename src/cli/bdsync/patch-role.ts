import {applyPatch} from '../../bdsync/patcher.js';
import type {PatchInvocation} from './invocation.js';
import {ProgressLines} from './progress-lines.js';
import type {RoleContext} from './role-context.js';

/** Applies the patch on standard input. */
export async function runPatch(invocation: PatchInvocation, {notices, signal}: RoleContext): Promise<void> {
  const {targetPath, sizePolicy, warnDevice, verbosity} = invocation;
  const progress = invocation.progress && new ProgressLines(invocation.progress, notices);
  const result = await applyPatch({
    patch: process.stdin,
    targetPath,
    sizePolicy,
    warnDevice,
    signal,
    onWarning: (message) => notices.line(message),
    ...(progress && {onProgress: (state) => progress.report(state)}),
  });
  progress?.finish(result);
  const {checksum} = result;
  if (checksum) notices.line(`checksum[${checksum.name}]: ${Buffer.from(checksum.value).toString('hex')}`);
  if (verbosity > 0) {
    const {extents, writtenBytes, patchBytes, sizeBytes} = result;
    const target = `${result.targetPath} (${sizeBytes} bytes)`;
    notices.line(
      `bdsync: ${patchBytes} bytes of patch: ${extents} extents, ${writtenBytes} bytes written to ${target}`,
    );
  }
}
