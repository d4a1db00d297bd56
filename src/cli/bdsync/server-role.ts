import {serve} from '../../bdsync/server.js';
import type {ServerInvocation} from './invocation.js';
import type {RoleContext} from './role-context.js';
import {formatError} from './error-text.js';
import {Syslog} from './syslog.js';

/** Answers the client on standard input and output. What happens goes to the system's log, too. */
export async function runServer({verbosity}: ServerInvocation, {signal}: RoleContext): Promise<void> {
  const syslog = new Syslog();
  // A peer that vanishes after the last byte is none of our business any more.
  for (const stream of [process.stdin, process.stdout]) stream.on('error', () => {});
  try {
    await serve({
      channel: {input: process.stdin, output: process.stdout},
      signal,
      onVerbose: (level, text) => {
        if (level <= verbosity) syslog.log('info', text);
      },
    });
  } catch (error) {
    if (!signal.aborted) syslog.log('error', formatError(error));
    throw error;
  } finally {
    syslog.end();
  }
}
