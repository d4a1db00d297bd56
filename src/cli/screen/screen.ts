import {ExpectedError, codeOf, messageOf} from '../../errors.js';

/** One of the two places that a person sees: standard output or standard error. */
export interface Screen {
  readonly isTerminal: boolean;
  /** Width of the terminal; Infinity for a file or a pipe. */
  readonly columns: number;
  readonly hasColors: boolean;
  /** Whether it leads to the journal of systemd, which wants to know how grave a line is. */
  readonly isJournal: boolean;
  /** Whether what was written can be drawn over: on a terminal that is not a dumb one. */
  readonly canRedraw: boolean;
  /** Height of the terminal; Infinity for a file or a pipe. */
  readonly rows: number;
  /** Whether its characters are those of UTF-8, by the locale. */
  readonly isUtf8: boolean;
  write(text: string): void;
  /** Resolves when everything was handed to the system or nobody reads any more; rejects with an OutputError. */
  settled(): Promise<void>;
}

export class OutputError extends ExpectedError<'output-failed'> {}

/** What of a stream matters here; `process.stdout` and `process.stderr` fit. */
export interface ScreenStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string, done: (error?: Error | null) => void): boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** The reader went away, or the terminal did: nobody is left to be told, and that is no failure of the run. */
const READER_GONE = new Set(['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);
const NARROWEST_COLUMNS = 20;
const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;

export function screenOn(stream: ScreenStream, name: string, env: NodeJS.ProcessEnv, isJournal = false): Screen {
  const isTerminal = stream.isTTY === true;
  const canRedraw = isTerminal && env['TERM'] !== 'dumb';
  let lastWrite: Promise<void> | undefined;
  let failure: Error | undefined;
  let isGone = false;

  const fail = (error: Error): void => {
    if (READER_GONE.has(codeOf(error) ?? '')) isGone = true;
    else failure ??= error;
  };
  stream.on('error', fail);

  return {
    isTerminal,
    get columns() {
      return isTerminal ? Math.max(stream.columns || USUAL_COLUMNS, NARROWEST_COLUMNS) : Number.POSITIVE_INFINITY;
    },
    get rows() {
      return isTerminal ? stream.rows || USUAL_ROWS : Number.POSITIVE_INFINITY;
    },
    isUtf8: /utf-?8/i.test(env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''),
    isJournal,
    hasColors: canRedraw && !env['NO_COLOR'],
    canRedraw,
    write(text) {
      if (isGone) return;
      lastWrite = new Promise((resolve) => {
        stream.write(text, (error) => {
          if (error) fail(error);
          resolve();
        });
      });
    },
    async settled() {
      await lastWrite;
      if (failure) throw new OutputError('output-failed', `cannot write to ${name}: ${messageOf(failure)}`);
    },
  };
}
