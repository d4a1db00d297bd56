import {Socket} from 'node:net';
import {pipeline} from 'node:stream/promises';

// Started by a native bdsync as its server: joins standard input and output with the socket that the run's process
// handed down as descriptor 3. The run's process, at its other end, speaks with the real server. When that one has
// said its last, the relay ends: the native client waits for this before it closes its own side.
const run = new Socket({fd: 3, readable: true, writable: true, allowHalfOpen: true});
pipeline(process.stdin, run).catch(() => {});
try {
  await pipeline(run, process.stdout);
} catch {
  process.exitCode = 8;
}
process.exit();
