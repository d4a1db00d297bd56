import {type ChildProcess, spawn} from 'node:child_process';
import {plainText} from '../../plain-text.js';

/** `facility * 8 + severity` of syslog(3), facility user. */
const PRIORITIES = {error: 11, info: 14} as const;

/**
 * The system's log, as far as it will have us: through the program `logger`, because Node has no datagram sockets.
 * Nothing ever waits for it, and it may lose lines.
 */
export class Syslog {
  #logger: ChildProcess | undefined;

  log(severity: keyof typeof PRIORITIES, text: string): void {
    this.#logger ??= startLogger();
    const input = this.#logger.stdin;
    if (!input?.writable || input.writableNeedDrain) return;
    input.write(`<${PRIORITIES[severity]}>${plainText(text)}\n`);
  }

  end(): void {
    this.#logger?.stdin?.end();
  }
}

function startLogger(): ChildProcess {
  const words = ['--tag', 'bdsync', `--id=${process.pid}`, '--prio-prefix'];
  const logger = spawn('logger', words, {stdio: ['pipe', 'ignore', 'ignore'], detached: true});
  logger.on('error', () => {});
  logger.stdin.on('error', () => {});
  logger.unref();
  return logger;
}
