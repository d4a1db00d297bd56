import type {Host} from '../../hosts/host.js';
import type {Lvm, RunCommand} from '../../lvm/lvm.js';
import {LvmError} from '../../lvm/lvm-error.js';
import type {TaskContext} from '../task-context.js';

/** Logins of users, and services, often do not have the folders of programs for root in their search path. */
const RUN_SCRIPT = 'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH; exec "$@"';

/** LVM's changes take seconds. Only a connection that is dead keeps us waiting longer, and then nobody is interrupted. */
const CHANGE_GRACE_MS = 600_000;

/**
 * Does something with the LVM of the target's host. What only looks ends with the task's signal; what changes volumes is
 * not interrupted, and beyond a connection waited for after an abort for some minutes only.
 *
 * @throws LvmError that names the host; what else `work` throws.
 */
export async function withTargetLvm<Result>(
  {host, plan, signal}: Pick<TaskContext, 'host' | 'plan' | 'signal'>,
  work: (lvm: Lvm) => Promise<Result>,
): Promise<Result> {
  try {
    return await work({programPath: plan.targetLvmProgram, run: runOn(host, signal)});
  } catch (error) {
    if (!(error instanceof LvmError)) throw error;
    const {code, message, errorLines} = error;
    throw new LvmError(code, `${message} (on ${host.name})`, {cause: error, errorLines, hint: hintFor(error, host)});
  }
}

function runOn(host: Host, signal: AbortSignal): RunCommand {
  return async (words, options) => {
    const command = ['sh', '-c', RUN_SCRIPT, 'sh', ...words];
    if (options?.signal !== undefined || host.isLocal) return await host.run(command, options);
    const late = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const startGrace = (): void => {
      timer = setTimeout(() => late.abort(signal.reason), CHANGE_GRACE_MS);
    };
    signal.addEventListener('abort', startGrace, {once: true});
    try {
      return await host.run(command, {...options, signal: late.signal});
    } finally {
      signal.removeEventListener('abort', startGrace);
      clearTimeout(timer);
    }
  };
}

function hintFor({code, hint}: LvmError, {isLocal}: Host): string | undefined {
  if (code === 'lvm-missing') return 'install lvm2 there, or name the program with target_lvm_program_path';
  if (code !== 'lvm-denied' || isLocal) return hint;
  return 'only root may work with LVM volumes: log in there as root, or let connection_command end with sudo';
}
