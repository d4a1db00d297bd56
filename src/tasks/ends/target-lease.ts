import {hostname} from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';
import {BdsyncError} from '../../bdsync/errors.js';
import {statusOfCode} from '../../bdsync/exit-status.js';
import {holdTarget} from '../../bdsync/device/target-hold.js';
import type {TargetMark} from '../../bdsync/device/target-mark.js';
import {messageOf} from '../../errors.js';
import type {Child, Host} from '../../hosts/host.js';
import {confirmHold} from './confirm-hold.js';
import {parseHoldAnswer, refusal} from './hold-answer.js';
import {refuseUse} from './target-use.js';
import {isOpen} from '../programs/drain.js';
import {expectSuccess, type ProgramRole} from '../programs/explain-ending.js';
import {HELD} from '../programs/patcher.js';
import type {TaskPlan} from '../plan.js';
import type {TaskContext} from '../task-context.js';
import {TaskError} from '../task-error.js';
import {userName} from '../../user-name.js';

/** A lock on the target itself from the comparison to the end; `lost` resolves when it went away before its time. */
export interface TargetLease extends AsyncDisposable {
  readonly lost: Promise<TaskError>;
  /** Of the target; undefined where the far end cannot tell. */
  readonly sizeBytes: number | undefined;
  /** Goes into the seal of a patch; undefined where bdsync at the target knows no seals. */
  readonly lastingIdentity: string | undefined;
  /** What an interrupted run left on the target's host. */
  readonly mark: TargetMark | undefined;
  /** Lets bdsync --patch there keep the target as well, and mark it while it is written; empty where it cannot. */
  readonly patchOptions: readonly string[];
  /**
   * To be called when a program that is to write keeps the target as well, and before it may begin: a hold that is lost
   * before that may have let somebody else write, and need not have been seen to be lost. Its answer is final.
   *
   * @throws TaskError 'target-hold-lost'
   */
  confirm(): Promise<void>;
  /** To be called when the target is complete. That the mark stays is told, and no failure. */
  clearMark(): Promise<void>;
}

const NEVER_LOST = new Promise<TaskError>(() => {});

/**
 * Keeps the target for this run, so that two machines cannot write it: here by our own lock, on another host by our
 * bdsync there. An original bdsync cannot: a target that is seen to be in use is refused, and the report says the rest.
 */
export async function leaseTarget(context: TaskContext): Promise<TargetLease> {
  const {host, farEnd, teller, plan} = context;
  if (host.isLocal) return await leaseHere(context);
  if (farEnd.kind === 'ours') return await leaseThere(context, host);
  const {knowsLocks} = await refuseUse(context);
  const orBy = knowsLocks ? '' : ', or by a program that an interrupted run has started (no flock there)';
  teller.note(
    `bdsync on ${host.name} is not ours: whether ${plan.target.path} gets into use there, or is written by another machine at the same time${orBy}, cannot be known`,
  );
  return {
    lost: NEVER_LOST,
    sizeBytes: undefined,
    lastingIdentity: undefined,
    mark: undefined,
    patchOptions: [],
    confirm: () => Promise.resolve(),
    clearMark: () => Promise.resolve(),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function leaseHere({plan, farEnd, signal, teller}: TaskContext): Promise<TargetLease> {
  const isOurs = farEnd.kind === 'ours';
  try {
    const hold = await holdTarget(plan.target.path, {
      holder: holderText(plan.task),
      stateDir: plan.stateDir,
      allowInUse: plan.allowTargetInUse,
      isShared: true,
      signal,
    });
    return {
      lost: NEVER_LOST,
      sizeBytes: hold.facts.sizeBytes,
      lastingIdentity: isOurs ? hold.facts.lastingIdentity : undefined,
      mark: hold.mark,
      patchOptions: isOurs ? [HELD, markOption(plan), `--state-dir=${plan.stateDir}`] : [],
      // The lock is this process's own, but who writes opens the path.
      async confirm() {
        if (!(await hold.isInPlace())) throw misplaced(plan.target.path);
      },
      clearMark: async () => {
        await hold.clearMark().catch((error: unknown) => {
          const text = `${plan.target.path} is complete, but stays marked as incomplete: ${messageOf(error)}`;
          teller.log('warning', text);
        });
      },
      [Symbol.asyncDispose]: () => hold[Symbol.asyncDispose](),
    };
  } catch (error) {
    if (error instanceof BdsyncError) throw refusal(error.code, error.message, error);
    throw error;
  }
}

async function leaseThere({plan, signal, meter}: TaskContext, host: Host): Promise<TargetLease> {
  const child = await host.spawn(holdWords(plan, holderText(plan.task)), {
    signal,
    meter,
    describe: `bdsync --hold on ${host.name}`,
  });
  const role: ProgramRole = {
    code: 'server-failed',
    what: 'bdsync --hold',
    hostName: host.name,
    path: plan.target.path,
  };
  let facts: Pick<TargetLease, 'sizeBytes' | 'lastingIdentity' | 'mark' | 'patchOptions'>;
  let confirms: boolean;
  try {
    const answer = parseHoldAnswer(await firstAnswerLine(child));
    if (answer?.state === 'refused') throw refusal(answer.code, `${answer.message} (on ${host.name})`);
    if (answer?.state !== 'held') {
      child.stdin.end();
      await expectSuccess(child, role);
      throw new TaskError('server-failed', `bdsync --hold on ${host.name} gave no answer`, {
        errorLines: child.errorTail(),
      });
    }
    const {sizeBytes, lastingIdentity, knowsMarks, mark} = answer;
    ({confirms} = answer);
    facts = {sizeBytes, lastingIdentity, mark, patchOptions: knowsMarks ? [HELD, markOption(plan)] : []};
  } catch (error) {
    await child[Symbol.asyncDispose]();
    throw error;
  }
  child.stdout.resume();
  const released = new AbortController();
  const lost = lossOf(child, host.name, plan.target.path, released.signal);
  return {
    lost,
    ...facts,
    async confirm() {
      if (confirms) await confirmHold({child, lost, hostName: host.name, path: plan.target.path, signal});
    },
    clearMark: () => {
      // It does so when it lets go.
      if (isOpen(child.stdin)) child.stdin.write('complete\n');
      return Promise.resolve();
    },
    async [Symbol.asyncDispose]() {
      released.abort();
      child.stdin.end();
      await Promise.race([child.ended, sleep(RELEASE_TIMEOUT_MS, undefined, {ref: false})]);
      await child[Symbol.asyncDispose]();
    },
  };
}

const RELEASE_TIMEOUT_MS = 5000;

async function lossOf(child: Child, hostName: string, path: string, released: AbortSignal): Promise<TaskError> {
  const end = await child.ended;
  if (released.aborted) return await NEVER_LOST;
  // It ends well when its standard input does, which we hold open.
  if (end.kind === 'exit' && end.status === 0) {
    const message = `the lock on ${path} on ${hostName} was given up: standard input does not stay open on the way there`;
    return new TaskError('target-hold-lost', message, {
      hint: 'connection_command must pass standard input on: ssh without -n and -f, docker exec with -i',
    });
  }
  if (end.kind === 'exit' && end.status === statusOfCode('io')) return misplaced(`${path} on ${hostName}`);
  return new TaskError('target-hold-lost', `the lock on ${path} on ${hostName} was lost: the connection broke`, {
    errorLines: child.errorTail(),
  });
}

function misplaced(target: string): TaskError {
  return new TaskError('target-hold-lost', `${target} was removed or replaced while it was held`, {
    hint: 'what is there now was not written to; the next run compares it',
  });
}

/** Room for an answer with a path of any length, and for the greeting of a login shell before it. */
const MAX_ANSWER_BYTES = 65_536;

/** The first line that is a JSON object; undefined when the output ends or grows too long without one. */
async function firstAnswerLine(child: Child): Promise<string | undefined> {
  let text = '';
  for await (const chunk of child.stdout.iterator({destroyOnReturn: false})) {
    text += String(chunk);
    const line = text
      .split('\n')
      .slice(0, -1)
      .find((candidate) => candidate.startsWith('{'));
    if (line !== undefined) return line;
    if (text.length > MAX_ANSWER_BYTES) return undefined;
  }
  return undefined;
}

/** The command of a hold; nothing is noted about one whose `holder` is empty. */
export function holdWords(plan: TaskPlan, holder: string): string[] {
  const allow = plan.allowTargetInUse ? ['--allow-in-use'] : [];
  return [...plan.targetProgram, `--hold=${plan.target.path}`, `--holder=${holder}`, ...allow];
}

function holderText(task: string): string {
  return `${writerText(task)}, pid ${process.pid}, since ${new Date().toISOString()}`;
}

function markOption({task}: TaskPlan): string {
  return `--mark=${writerText(task)}`;
}

function writerText(task: string): string {
  return `task ${task} of ${userName()}@${hostname()}`;
}
