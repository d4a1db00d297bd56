import type {Host, RunResult} from '../../hosts/host.js';
import {HostError} from '../../hosts/host-error.js';
import {TaskError} from '../task-error.js';

/** Which bdsync answers on the target's host. Only ours holds its target and tells more than the protocol does. */
export type FarEnd = {readonly kind: 'ours'; readonly version: string} | {readonly kind: 'original'};

/** Asks a bdsync for its version: ours answers, the original refuses the option and shows its usage. */
export async function identifyFarEnd(host: Host, program: readonly string[], signal?: AbortSignal): Promise<FarEnd> {
  const {status, stdout, stderr} = await askVersion(host, program, signal);
  const version = /^bdsync-manager (\S+)/m.exec(stdout)?.[1];
  if (status === 0 && version !== undefined) return {kind: 'ours', version};
  if (/unrecognized option|REMSHCMD/.test(stderr)) return {kind: 'original'};
  throw new TaskError('no-bdsync', `${program.join(' ')} cannot be started on ${host.name} (status ${status})`, {
    errorLines: stderr.split('\n').filter((line) => line.trim() !== ''),
    hint: REMEDY,
  });
}

const REMEDY = 'install bdsync-manager or bdsync there, or name the program with remote_bdsync_bin';

async function askVersion(host: Host, program: readonly string[], signal?: AbortSignal): Promise<RunResult> {
  try {
    return await host.run([...program, '--version'], {
      ...(signal && {signal}),
      describe: `${program.join(' ')} --version`,
    });
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'command-not-found') throw error;
    const {message, errorLines} = error;
    throw new TaskError('no-bdsync', message, {cause: error, errorLines, hint: REMEDY});
  }
}
