import type {ChildProcess} from 'node:child_process';

/**
 * Sends a signal to a child, if there is one. Where it could not be started, Node's own method sends the signal to whatever
 * number its memory holds: 0, our own process group, or any process of the machine.
 */
export function signalChild(child: Pick<ChildProcess, 'pid' | 'kill'>, name: NodeJS.Signals): void {
  if (child.pid !== undefined) child.kill(name);
}
