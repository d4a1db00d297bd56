import {serve} from '../../bdsync/server.js';
import type {ServerInvocation} from './invocation.js';
import type {RoleContext} from './role-context.js';
import {formatError} from './error-text.js';
import type {Syslog} from './syslog.js';

/** Answers the client on standard input and output. What happens goes to the system's log, too. */
export async function runServer({verbosity}: ServerInvocation, {signal}: RoleContext): Promise<void> {
  let syslog = verbosity > 0 ? await openSyslog() : undefined;
  // A peer that vanishes after the last byte is none of our business any more.
  for (const stream of [process.stdin, process.stdout]) stream.on('error', () => {});
  try {
    await serve({
      channel: {input: process.stdin, output: process.stdout},
      signal,
      // Nothing keeps the hello waiting. Nor is it loaded when there is something to say: an upgrade may have removed it.
      afterHello: async () => {
        syslog ??= await openSyslog();
      },
      onVerbose: (level, text) => {
        if (level <= verbosity) syslog?.log('info', text);
      },
    });
  } catch (error) {
    if (!signal.aborted) {
      syslog ??= await openSyslog();
      syslog.log('error', formatError(error));
    }
    throw error;
  } finally {
    syslog?.end();
  }
}

async function openSyslog(): Promise<Syslog> {
  return new (await import('./syslog.js')).Syslog();
}
