import {fstatSync} from 'node:fs';
import {shareTarget} from '../../bdsync/device/share-target.js';
import {markWhileWriting} from '../../bdsync/device/mark-while-writing.js';
import {applyPatch, type PatchRequest} from '../../bdsync/patcher.js';
import {hasSealEndMark, readPatchFile} from '../../bdsync/patch/patch-file.js';
import {tellReady} from './begin-when-told.js';
import type {PatchInvocation} from './invocation.js';
import {ProgressLines} from './progress-lines.js';
import type {RoleContext} from './role-context.js';

const STANDARD_INPUT = 0;

/** Applies the patch on standard input. */
export async function runPatch(invocation: PatchInvocation, {notices, signal}: RoleContext): Promise<void> {
  const {targetPath, sizePolicy, warnDevice, mark, isHeld, verbosity} = invocation;
  const heldPath = isHeld ? targetPath : undefined;
  const progress = invocation.progress && new ProgressLines(invocation.progress, notices);
  const onWarning = (message: string): void => notices.line(message);
  await using shared = heldPath === undefined ? undefined : await shareTarget(heldPath, signal);
  // Whoever holds the target sends nothing before this: the patch itself tells us to begin.
  if (heldPath !== undefined) await tellReady();
  const result = await applyPatch({
    ...patchOnStandardInput(),
    targetPath,
    held: shared?.facts,
    sizePolicy,
    warnDevice,
    marking: mark && markWhileWriting({...mark, onWarning}),
    signal,
    onWarning,
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

/** A file is read in large pieces, and ahead; from anything else the data come when they come. */
function patchOnStandardInput(): Pick<PatchRequest, 'patch' | 'reusesPieces' | 'isUnsealed'> {
  if (!fstatSync(STANDARD_INPUT).isFile()) return {patch: process.stdin};
  const isUnsealed = !hasSealEndMark(STANDARD_INPUT);
  return {patch: readPatchFile(STANDARD_INPUT), reusesPieces: true, isUnsealed};
}
