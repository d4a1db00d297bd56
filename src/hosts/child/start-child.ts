import {Duplex, pipeline} from 'node:stream';
import {finished} from 'node:stream/promises';
import {setTimeout as sleep} from 'node:timers/promises';
import {execa} from 'execa';
import {debugStory} from '../../log.js';
import {signalChild} from '../../signal-child.js';
import {ChildEnding, endText} from './child-ending.js';
import {ChildInput} from './child-input.js';
import {ErrorTail} from './error-tail.js';
import type {Child, ChildEnd, SpawnOptions} from '../host.js';
import {HostError} from '../host-error.js';
import {LastWill} from './last-will.js';
import {MeteredPassage} from './metered-passage.js';
import {ProcessTree} from './process-tree.js';

const tell = debugStory('hosts:child');

/** A process that outlives the child may hold its standard error open; what the child itself wrote is there by then. */
const ERROR_LINES_GRACE_MS = 300;
/** From the last KILL to the kernel's word that the child is gone. */
const GONE_GRACE_MS = 1000;

export interface StartRequest extends SpawnOptions {
  readonly file: string;
  readonly args: readonly string[];
  /** Children stay in our session, so that they can ask for a password there. */
  readonly onTerminal: boolean;
  /** A socket that the program inherits as descriptor 3; `socketOf` gets our end of it. */
  readonly socketOf?: (socket: Duplex) => void;
  /** What an ending says about the way to the program; see Child.diagnose. */
  readonly diagnose: (end: ChildEnd, errorLines: readonly string[]) => HostError | undefined;
}

/** Starts a local process, which carries the program or is it. */
export function startChild(request: StartRequest): Child {
  tell('start %s: %o', request.describe, [request.file, ...request.args]);
  const will = request.outlivesUs ? undefined : new LastWill();
  const subprocess = execa(request.file, request.args, {
    stdio: ['pipe', 'pipe', 'pipe', ...(request.socketOf ? (['pipe'] as const) : [])],
    buffer: false,
    encoding: 'buffer',
    reject: false,
    verbose: 'none',
    // The last will does it for grandchildren as well.
    cleanup: false,
    detached: !request.onTerminal,
    // Failures are told in words that can be understood here; sizes and dates as well.
    env: {LC_ALL: 'C'},
  });
  // A pipe of Node's is a pair of sockets, which goes both ways; execa's types do not say so.
  const socket: unknown = Reflect.get(subprocess.stdio, 3);
  if (socket instanceof Duplex) {
    // Its loss is the child's ending, which tells more.
    socket.on('error', () => {});
    request.socketOf?.(socket);
  }
  const tree = subprocess.pid === undefined ? undefined : new ProcessTree(subprocess.pid);
  if (tree === undefined) will?.revoke();
  else will?.includes(tree);
  const ending = new ChildEnding(subprocess, subprocess, request.signal);
  void ending.gone.then(() => tree?.rootEnded());

  const errors = new ErrorTail(request.onErrorLine);
  subprocess.stderr.on('data', (bytes: Buffer) => errors.push(bytes));
  const errorsRead = finished(subprocess.stderr).then(
    () => errors.end(),
    () => errors.end(),
  );
  // In the same tick: Node and execa throw away what nobody reads when the process has ended.
  const stdout = new MeteredPassage('received', request.meter);
  stdout.on('error', () => {});
  pipeline(subprocess.stdout, stdout, () => {});

  let killing: Promise<void> | undefined;
  const kill = (): Promise<void> => {
    killing ??= endTree();
    return killing;
  };
  const endTree = async (): Promise<void> => {
    // Those who cannot be signalled read the end of their input.
    subprocess.stdin.destroy();
    await tree?.end();
    // Also when the walk saw nothing: a dead child is not sent anything.
    signalChild(subprocess, 'SIGKILL');
    await Promise.race([ending.gone, sleep(GONE_GRACE_MS, undefined, {ref: false})]);
    ending.giveUp();
    will?.revoke();
  };
  const settle = async (): Promise<ChildEnd> => {
    const end = await ending.first;
    if (end.kind === 'aborted') await kill();
    await Promise.race([errorsRead, sleep(ERROR_LINES_GRACE_MS, undefined, {ref: false})]);
    tell('%s %s', request.describe, endText(end));
    return end;
  };
  const ended = settle();
  const diagnose = async (): Promise<HostError | undefined> => request.diagnose(await ended, errors.lines());
  const unreadFailure = async (): Promise<HostError> =>
    (await diagnose()) ??
    new HostError('program-ended', `${request.describe} ${endText(await ended)} before it read all its input`, {
      errorLines: errors.lines(),
    });
  const stdin = new ChildInput(subprocess.stdin, unreadFailure(), request.meter);

  return {
    stdin,
    stdout,
    pid: subprocess.pid,
    ended,
    errorTail: () => errors.lines(),
    kill,
    diagnose,
    async [Symbol.asyncDispose]() {
      await kill();
      await ended;
      for (const stream of [stdin, stdout, subprocess.stdout, subprocess.stderr]) stream.destroy();
      if (socket instanceof Duplex) socket.destroy();
    },
  };
}
