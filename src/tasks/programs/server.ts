import {setTimeout as sleep} from 'node:timers/promises';
import {BdsyncError} from '../../bdsync/errors.js';
import type {Child, ChildEnd} from '../../hosts/host.js';
import {childProgress} from '../../hosts/child/child-progress.js';
import {expectSuccess, explainEnding, type ProgramRole} from './explain-ending.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';

/** How long a server may take to end by itself once its client has failed: its own words are the better message. */
const LAST_WORDS_MS = 1500;

/** The bdsync that reads the target for one comparison. */
export interface ServerEnd extends AsyncDisposable {
  readonly child: Child;
  /** Waits for the server's good ending. */
  finish(): Promise<void>;
  /** The failure to tell when the conversation broke with `error`: the server's own, if it ended with one. */
  explain(error: unknown): Promise<unknown>;
}

export async function startServer(context: TaskContext): Promise<ServerEnd> {
  const {plan, host, meter, signal, watchdog} = context;
  const role: ProgramRole = {
    code: 'server-failed',
    what: 'bdsync --server',
    hostName: host.name,
    path: plan.target.path,
  };
  const child = await host.spawn([...plan.targetProgram, '--server', ...plan.serverArguments], {
    meter,
    signal,
    describe: `bdsync --server on ${host.name}`,
  });
  const watch = watchdog.watch(() => childProgress(child));
  return {
    child,
    async finish() {
      child.stdin.end();
      await expectSuccess(child, role);
    },
    async explain(error) {
      const end = await endWithin(child, LAST_WORDS_MS);
      if (end !== undefined && isItsOwnFailure(end)) return await explainEnding(child, role);
      return error instanceof BdsyncError && error.code === 'protocol' ? withPlace(error, child, role) : error;
    },
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      await child[Symbol.asyncDispose]();
    },
  };
}

/** Statuses that a server ends with when its client went away first: 4 with ours, 6 with the original. */
const PEER_GONE_STATUSES: readonly number[] = [0, 4, 6];

function isItsOwnFailure(end: ChildEnd): boolean {
  switch (end.kind) {
    case 'exit':
      return !PEER_GONE_STATUSES.includes(end.status);
    case 'signal':
    case 'spawn-error':
      return true;
    case 'aborted':
      return false;
    default:
      return end satisfies never;
  }
}

/** The conversation itself knows of no hosts. */
function withPlace(cause: BdsyncError, child: Child, {code, what, hostName, path}: ProgramRole): TaskError {
  return new TaskError(code, `${cause.message} (${what} on ${hostName} for ${path})`, {
    cause,
    hint: cause.hint,
    errorLines: child.errorTail(),
  });
}

function endWithin(child: Child, milliseconds: number): Promise<ChildEnd | undefined> {
  return Promise.race([child.ended, sleep(milliseconds, undefined, {ref: false})]);
}
