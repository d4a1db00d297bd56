import {openDevice} from '../../bdsync/device/device.js';
import {checkDiffOptions} from '../../bdsync/compare/check-diff-options.js';
import {BdsyncError} from '../../bdsync/errors.js';
import {splitServerCommand} from '../../bdsync/server-command.js';
import type {ClientInvocation} from './invocation.js';
import {standardPatchOutput} from './patch-output.js';
import {ProgressLines} from './progress-lines.js';
import type {RoleContext} from './role-context.js';
import {type ServerEnd, ServerProcess} from './server-process.js';

/** A server that is the cause of a failure ends about when we notice. */
const FAILED_SERVER_PATIENCE_MS = 500;
/** A server that has said its last word has nothing more to do. */
const DONE_SERVER_PATIENCE_MS = 30_000;

/** Compares; the patch goes to standard output. Returns the status to end with: the server's, when all else went well. */
export async function runClient(invocation: ClientInvocation, {notices, signal}: RoleContext): Promise<number> {
  const {localPath, remotePath, options, seal, verbosity} = invocation;
  checkDiffOptions(options);
  await using source = await openDevice(localPath, 'read');
  const command = splitServerCommand(invocation.command);
  const output = standardPatchOutput();
  const progress = invocation.progress && new ProgressLines(invocation.progress, notices);
  const onVerbose = (level: number, text: string): void => {
    if (level <= verbosity) notices.line(`bdsync: ${text}`);
  };
  onVerbose(1, `starting ${command[0]}`);

  await using server = new ServerProcess(command, (line) => {
    notices.line(`RMTERR: ${line}`);
    return notices.taken();
  });
  try {
    // Loaded while the server starts.
    const {generatePatch} = await import('../../bdsync/client.js');
    const result = await generatePatch({
      channel: server.takeChannel(),
      source,
      remotePath,
      options,
      seal,
      signal,
      onVerbose,
      writePatch: (bytes) => output.write(bytes),
      onWarning: (message) => notices.line(message),
      onProgress: ({comparedBytes, totalBytes, patchBytes}) => {
        progress?.report({patchBytes, position: comparedBytes, sizeBytes: totalBytes});
      },
    });
    await output.end();
    const {comparedBytes, differingBlocks, differingBytes, patchBytes, digestBytes} = result;
    progress?.finish({patchBytes, sizeBytes: comparedBytes});
    onVerbose(1, `compared ${comparedBytes} bytes by ${digestBytes} bytes of digests`);
    onVerbose(1, `${differingBlocks} blocks differ: ${differingBytes} bytes of data, ${patchBytes} bytes of patch`);
  } catch (error) {
    throw await withServerEnd(error, server);
  }
  server.endInput();
  return statusOfEnd(await server.endWithin(DONE_SERVER_PATIENCE_MS));
}

/** An early end of the server is better told by how it ended. */
async function withServerEnd(error: unknown, server: ServerProcess): Promise<unknown> {
  if (!(error instanceof BdsyncError) || error.code !== 'protocol') return error;
  const end = await server.endWithin(FAILED_SERVER_PATIENCE_MS);
  if (end?.kind === 'not-started') return end.error;
  if (!end || (end.kind === 'exit' && end.status === 0)) return error;
  return new BdsyncError(error.code, `${error.message}; ${endText(end)}`, {hint: error.hint, cause: error});
}

function statusOfEnd(end: ServerEnd | undefined): number {
  if (end?.kind === 'exit') return end.status;
  throw new BdsyncError('process', endText(end));
}

function endText(end: ServerEnd | undefined): string {
  if (end === undefined) return 'the server process does not end, although all is done';
  switch (end.kind) {
    case 'exit':
      return `the server process ended with status ${end.status}`;
    case 'signal':
      return `the server process was ended by ${end.name}`;
    case 'not-started':
      return end.error.message;
    default:
      return end satisfies never;
  }
}
