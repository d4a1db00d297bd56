import {Socket} from 'node:net';
import {pipeline} from 'node:stream/promises';

/** As bdsync ends when a program that it needs failed. */
const FAILED = 8;

// Started by a native bdsync as its server: joins standard input and output with the socket that the run's process
// handed down as descriptor 3. The run's process, at its other end, speaks with the real server. When that one has
// said its last, the relay ends: the native client waits for this before it closes its own side.
const run = inheritedSocket();
if (run === undefined) {
  process.stderr.write('bdsync-manager: the program that compares does not hand descriptor 3 on to its server\n');
  process.exitCode = FAILED;
} else {
  pipeline(process.stdin, run).catch(() => {});
  try {
    await pipeline(run, process.stdout);
  } catch {
    process.exitCode = FAILED;
  }
  process.exit();
}

function inheritedSocket(): Socket | undefined {
  try {
    return new Socket({fd: 3, readable: true, writable: true, allowHalfOpen: true});
  } catch {
    return undefined;
  }
}
